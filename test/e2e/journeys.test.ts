import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { drawArm, isKeptBack } from '../../src/domain/experiments/assign.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { actionsOf } from '../support/history-actions.js';
import { type Call, sendBatch } from '../support/shop-client.js';
import { SteppedInstance } from '../support/stepped-instance.js';
import { entryThat, eventually, isFinished, isWaiting, mailsTo, messagesOf, profileOf, textsTo } from '../support/watching.js';

// Each shipped journey over the real server, once to its conversion and once to its last step: events at the door, mails in the mailbox,
// texts on the phone. What its run costs is counted exactly. Weeks pass by a clock that jumps, and never while the test has something to
// say: no wait of it is one of time.

let instance: SteppedInstance;
beforeAll(async () => {
  instance = await SteppedInstance.start(inject('temporal'), Date.parse('2026-12-01T09:00:00Z'));
});
afterAll(() => instance?.stop());

/** The instant at which the present test began, at ten in the morning. */
let began: number;
beforeEach(() => {
  began = Math.ceil((instance.clock.now() - 10 * hour) / day) * day + 10 * hour;
  instance.clock.moveTo(began);
});

// Nobody comes back into a journey while another is looked at.
afterEach(async () => {
  for (const ada of goers.splice(0))
    await ada.says(track('Consent Revoked', { channel: 'email' }), track('Consent Revoked', { channel: 'sms' }));
});

describe('abandoned-cart', () => {
  test('to an order after the first reminder', async () => {
    const ada = await shopper();
    instance.clock.holdBefore(began + 2 * hour);
    await ada.says(consents('email', 'cart_reminder'), cart);
    await ada.waits('abandoned-cart', 'a-day');
    instance.clock.moveTo(began + 2 * hour);
    await ada.says(order({ cart_id: ada.cart }));
    expect(await ada.tripOf('abandoned-cart')).toEqual({
      ends: 'converted: order-paid',
      sent: ['cart-reminder-1'],
      texts: 0,
      ...cost({ timers: 0, pokes: 1 }),
    });
  });

  test('to the last reminder, with a code', async () => {
    const ada = await shopper(arm('cart-offer', 'ten-percent'));
    await ada.says(boughtBefore(60), consents('email'), consents('sms', 'cart_reminder'), cart);
    expect(await ada.tripOf('abandoned-cart')).toEqual({
      ends: 'completed: completed',
      sent: ['cart-reminder-1', 'cart-reminder-2', 'cart-link', 'last-ten'],
      texts: 1,
      ...cost({ timers: 3, pokes: 0 }),
    });
  });
});

describe('welcome-quiz', () => {
  test('to an order after the one question', async () => {
    const ada = await shopper(contacted('welcome-quiz'));
    instance.clock.holdBefore(began + 2 * day + hour);
    await ada.says(consents('email'));
    await ada.waits('welcome-quiz', 'answer');
    instance.clock.moveTo(began + 2 * day + hour);
    await ada.says(order());
    expect(await ada.tripOf('welcome-quiz')).toEqual({
      ends: 'converted: order-paid',
      sent: ['invite', 'question'],
      texts: 0,
      ...cost({ timers: 2, pokes: 1 }),
    });
  });

  test('over the quiz and its result to the last day of a code', async () => {
    const ada = await shopper(contacted('welcome-quiz'), arm('welcome-offer', 'ten-percent'));
    instance.clock.holdBefore(began + hour);
    await ada.says(consents('sms', 'welcome'), consents('email'));
    await ada.waits('welcome-quiz', 'quiz');
    const quiz = await ada.linkTo('/q/');
    for (const answer of [
      { question: 'who', answer: 'self' },
      { question: 'style', answer: 'modern' },
    ])
      await choose(quiz, answer);
    instance.clock.moveTo(began + hour);
    await choose(quiz, { move: 'skip', question: 'allergies' });
    expect(await ada.tripOf('welcome-quiz')).toEqual({
      ends: 'completed: completed',
      sent: ['invite', 'result-self', 'style-letter', 'tip', 'ten-offer', 'offer-ending'],
      texts: 1,
      ...cost({ timers: 4, pokes: 1 }),
    });
  });
});

describe('check-in and review-request', () => {
  test('to a good rating, and on to the second request for a review', async () => {
    const ada = await shopper();
    await arrives(ada, { holdBefore: began + 6 * day + 2 * hour });
    await ada.waits('check-in', 'rating');
    instance.clock.moveTo(began + 6 * day + 2 * hour);
    await ada.says(track('Feedback Submitted', { order_id: ada.order, rating: 5 }));
    expect(await ada.tripOf('check-in')).toEqual({
      ends: 'completed: good-rating',
      sent: ['ask-first'],
      texts: 0,
      ...cost({ timers: 2, pokes: 3 }),
    });
    expect(await ada.tripOf('review-request')).toEqual({
      ends: 'completed: completed',
      sent: ['ask', 'ask-once-more'],
      texts: 0,
      ...cost({ timers: 2, pokes: 0 }),
    });
  });

  test('to the text of the check-in that nobody answers', async () => {
    const ada = await shopper();
    await ada.says(consents('sms', 'check_in'));
    await arrives(ada);
    expect(await ada.tripOf('check-in')).toEqual({
      ends: 'completed: no-answer',
      sent: ['ask-first', 'ask-by-text'],
      texts: 1,
      ...cost({ timers: 4, pokes: 2 }),
    });
  });

  test('to a review after the first request', async () => {
    const ada = await shopper();
    instance.clock.holdBefore(began + 6 * day);
    await ada.says(order(), consents('email', 'check_in'), track('Order Liked', { order_id: ada.order }));
    await ada.waits('review-request', 'five-days');
    instance.clock.moveTo(began + 6 * day);
    await ada.says(track('Product Reviewed', { product_id: 'mug', rating: 5 }));
    expect(await ada.tripOf('review-request')).toEqual({
      ends: 'converted: product-reviewed',
      sent: ['ask'],
      texts: 0,
      ...cost({ timers: 1, pokes: 1 }),
    });
  });

  async function arrives(ada: Shopper, { holdBefore = Number.POSITIVE_INFINITY } = {}): Promise<void> {
    // At an hour at which nothing else is due.
    const promised = new Date(began + 5 * day + 6 * hour).toISOString();
    instance.clock.holdBefore(began + day);
    await ada.says(consents('email', 'check_in'), order({ sales_channel: 'web' }));
    await ada.waits('check-in', 'sent');
    instance.clock.moveTo(began + day);
    instance.clock.holdBefore(began + 2 * day);
    await ada.says(track('Shipment Created', { order_id: ada.order, shipment_id: ada.order, promised_at: promised }));
    await ada.waits('check-in', 'delivery');
    instance.clock.moveTo(began + 2 * day);
    instance.clock.holdBefore(holdBefore);
    await ada.says(track('Shipment Delivered', { order_id: ada.order, shipment_id: ada.order }));
  }
});

describe('win-back', () => {
  test('to an order by the code of the letter', async () => {
    const ada = await lapses(arm('win-back', 'ten-percent'));
    instance.clock.holdBefore(began + 5 * day);
    await ada.waits('win-back', 'two-weeks');
    instance.clock.moveTo(began + 5 * day);
    await ada.says(order());
    expect(await ada.tripOf('win-back')).toEqual({
      ends: 'converted: order-paid',
      sent: ['ten-letter'],
      texts: 0,
      ...cost({ timers: 1, pokes: 1 }),
    });
  });

  test('to the letter that says that the code ends', async () => {
    const ada = await lapses(arm('win-back', 'ten-percent'));
    expect(await ada.tripOf('win-back')).toEqual({
      ends: 'completed: completed',
      sent: ['ten-letter', 'ending'],
      texts: 0,
      ...cost({ timers: 3, pokes: 0 }),
    });
  });

  async function lapses(...wanted: readonly Wanted[]): Promise<Shopper> {
    const ada = await shopper(...wanted);
    await ada.says(boughtBefore(89), consents('email'));
    instance.clock.moveTo(began + day + hour);
    return ada;
  }
});

/**
 * Events of a history, and billable Actions: of the start with its first turn and the end, of each timer, and of each poke that ends a
 * timer.
 */
function cost({ timers, pokes }: { readonly timers: number; readonly pokes: number }) {
  return { events: 6 + 6 * timers + 7 * pokes, actions: 2 + 2 * timers + 3 * pokes };
}

// ── people ──

type Wanted = (profileId: string) => boolean;
/** What a person says, with what is theirs put in. */
type Saying = (who: Shopper) => Omit<Call, 'userId'>;

const track =
  (event: string, properties: Readonly<Record<string, unknown>>): Saying =>
  () => ({ type: 'track', event, properties });
const consents = (channel: 'email' | 'sms', topic?: string): Saying =>
  track('Consent Granted', { channel, ...(topic === undefined ? {} : { topic }), method: 'form', source: 'test', text: 'yes' });
const cart: Saying = ({ cart: cart_id }) => ({
  type: 'track',
  event: 'Product Added',
  properties: { cart_id, product_id: 'mug', name: 'Mug', quantity: 2, price: 25, currency: 'GBP' },
});
/** After an order of a trade customer there is no check-in: it would go beside the journey that is looked at. */
const order =
  (more: Readonly<Record<string, unknown>> = {}): Saying =>
  ({ order: order_id }) => ({
    type: 'track',
    event: 'Order Completed',
    properties: { order_id, total: 50, currency: 'GBP', sales_channel: 'b2b', ...more },
  });
const boughtBefore =
  (days: number): Saying =>
  (who) => ({ ...order({ order_id: `${who.order}-before` })(who), timestamp: new Date(instance.clock.now() - days * day).toISOString() });

const arm = (experiment: string, wanted: string): Wanted => {
  const written = parse(readFileSync(`experiments/${experiment}.experiment.yaml`, 'utf8')) as { arms: { id: string; weight: number }[] };
  const arms = written.arms.map(({ id, weight }) => ({ id, weight: weight / 100 }));
  return (profileId) => {
    const drawn = drawArm({ seed: experiment, arms, coverage: 1, namespace: null }, profileId);
    return drawn.kind === 'arm' && drawn.arm === wanted;
  };
};
const contacted =
  (journey: string): Wanted =>
  (profileId) =>
    !isKeptBack(`${journey}:${journey}`, 0.05, profileId);

let people = 0;
const goers: Shopper[] = [];

/** Somebody whom the draw gives what the test is about; the ids of people are made by chance. */
async function shopper(...wanted: readonly Wanted[]): Promise<Shopper> {
  for (;;) {
    people += 1;
    const ada = new Shopper(`ada-${people}`, `+447700900${String(people).padStart(3, '0')}`);
    await ada.says(() => ({
      type: 'identify',
      traits: { email: ada.email, phone: ada.phone, firstName: 'Ada', timezone: 'Europe/London' },
    }));
    const profileId = await profileOf(instance, ada.userId);
    if (profileId === null || !wanted.every((is) => is(profileId))) continue;
    goers.push(ada);
    return ada;
  }
}

class Shopper {
  readonly userId: string;
  readonly phone: string;

  constructor(userId: string, phone: string) {
    this.userId = userId;
    this.phone = phone;
  }

  get email(): string {
    return `${this.userId}@example.test`;
  }

  get cart(): string {
    return `cart-${this.userId}`;
  }

  get order(): string {
    return `order-${this.userId}`;
  }

  says(...sayings: readonly Saying[]): Promise<void> {
    return sendBatch(
      instance,
      sayings.map((say) => ({ ...say(this), userId: this.userId })),
      instance.clock.now(),
    );
  }

  /** Resolves when the person's entry waits at a step, and its run is at rest. */
  async waits(journey: string, step: string): Promise<void> {
    await instance.isAtRest(
      await entryThat(instance, this.userId, `waits at ${step}`, (entry) => isWaiting(entry) && entry.step === step, journey),
    );
  }

  /** How the person's entry ended, what came of it in mailbox and phone, and what its run cost. */
  async tripOf(journey: string) {
    const entry = await entryThat(instance, this.userId, 'has ended', isFinished, journey);
    const messages = [...(await messagesOf(instance, entry.id))].filter(([, { state }]) => state !== 'skipped');
    const texts = await textsTo(instance, this.phone);
    const history = await instance.history(entry);
    return {
      ends: `${entry.outcome}: ${entry.reason}`,
      sent: messages.map(([step]) => step).reverse(),
      texts: texts.length,
      events: history.events?.length,
      actions: actionsOf(history),
    };
  }

  /** The first link of that kind in the person's only mail. */
  async linkTo(path: string): Promise<string> {
    const [mail] = await eventually('the mail', async () => {
      const mails = await mailsTo(instance, this.email);
      return mails.length > 0 && mails;
    });
    const link = mail?.Text.match(/https?:\/\/\S+/g)?.find((one) => one.startsWith(instance.publicUrl) && one.includes(path));
    if (link === undefined) throw new Error(`The mail has no link with ${path}: ${mail?.Text}`);
    return link;
  }
}

/** A question of the quiz is answered as a page without scripts does it. */
async function choose(quiz: string, form: Readonly<Record<string, string>>): Promise<void> {
  const response = await fetch(quiz, { method: 'POST', body: new URLSearchParams({ move: 'next', ...form }), redirect: 'manual' });
  expect([form, response.status]).toEqual([form, 303]);
}
