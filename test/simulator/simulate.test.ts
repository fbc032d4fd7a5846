import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, minute, second } from '../../src/domain/time/instant.js';
import { castPersona } from '../../src/simulator/persona.js';
import type { HappeningKind, Script } from '../../src/simulator/script.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { cartJourney } from '../support/cart-journey.js';
import { shippedPolicies } from '../support/policies.js';

/** Tuesday 1 December 2026, 10:00 in London. */
const startAt = Date.UTC(2026, 11, 1, 10);
const shop = { timeZone: 'Europe/London', country: 'GB' };
const mug = { cart_id: 'cart-a', product_id: 'mug', name: 'Mug', price: 15, quantity: 2, currency: 'GBP' };

function track(
  name: string,
  properties: Readonly<Record<string, unknown>>,
  after = 0,
  overrides: Partial<Extract<HappeningKind, { kind: 'event' }>> = {},
) {
  const at = startAt + after;
  return {
    at,
    what: { kind: 'event', type: 'track', name, properties, who: null, happenedAt: at, messageId: null, ...overrides },
  } as const;
}

function play(happenings: Script['happenings'], overrides: Partial<Script> = {}, journey = cartJourney()): Story {
  const script = { name: 'a story', startAt, persona: castPersona('mobile-subscriber', startAt), happenings, answers: {}, ...overrides };
  return simulate({ definition: journey, script, shop, policies: shippedPolicies() });
}

const abandoned = [track('Product Added', mug)];
const sentAfter = (story: Story) => story.messages.map(({ step, state, at }) => [step, state, at - startAt]);

describe('a cap in the way', () => {
  /** One email is promised or sent; the persona's tier allows one every 48 hours. */
  const persona: Script['persona'] = {
    ...castPersona('mobile-subscriber', startAt),
    tier: 'cool',
    messagesBefore: [{ channel: 'email', topic: 'newsletter', at: startAt - 6 * day }],
  };
  const withFirst = (more: object, others: Readonly<Record<string, object>> = {}) => {
    const journey = cartJourney();
    const first = { ...journey.steps['first-email'], ...more };
    return { ...journey, steps: { ...journey.steps, 'first-email': first, ...others } } as unknown as typeof journey;
  };
  const playedWith = (more: object, others: Readonly<Record<string, object>> = {}) => play(abandoned, { persona }, withFirst(more, others));

  test('makes the message wait for room within its deadline, or its own shorter time', () => {
    expect(playedWith({ deadlineMs: 2 * day }).messages[0]).toMatchObject({ step: 'first-email', state: 'sent', at: startAt + day });
    expect(playedWith({ deadlineMs: 2 * day, deferWithinMs: 6 * hour }).messages[0]).toMatchObject({
      state: 'skipped',
      reason: 'frequency-cap',
    });
  });

  test('lets the person leave, where the step says so', () => {
    const story = playedWith({ onCapped: 'exit' });

    expect(story.entries).toMatchObject([{ outcome: 'exited', reason: 'frequency-cap' }]);
    expect(story.messages).toMatchObject([{ step: 'first-email', state: 'skipped' }]);
  });

  test('sends the other channel instead, where the step says so, and goes on from there', () => {
    const { steps } = cartJourney();
    const text = { ...steps['first-email'], id: 'first-email-sms', channel: 'sms', template: 'text', onCapped: 'skip' };
    const story = playedWith({ onCapped: 'fallback_channel', fallback: 'first-email-sms' }, { 'first-email-sms': text });

    expect(story.messages.slice(0, 2)).toMatchObject([
      { step: 'first-email', state: 'skipped', reason: 'frequency-cap' },
      { step: 'first-email-sms', channel: 'sms', state: 'sent', at: startAt + hour },
    ]);
  });

  test('is passed by a step that does not obey it', () => {
    expect(playedWith({ obeysCap: false }).messages[0]).toMatchObject({ state: 'sent', at: startAt + hour });
  });
});

describe('on a virtual clock', () => {
  test('an abandoned cart is reminded of at the instants of its journey', () => {
    const story = play(abandoned);

    expect(sentAfter(story)).toEqual([
      ['first-email', 'sent', hour],
      ['text', 'sent', 5 * hour],
      ['second-email', 'sent', 25 * hour],
    ]);
    expect(story.entries).toMatchObject([{ armedAt: startAt, enteredAt: startAt + hour, outcome: 'completed' }]);
  });

  test('the same script tells the same story', () => {
    expect(play(abandoned)).toEqual(play(abandoned));
  });

  test('an order a fifth of a second before the idle hour is over keeps everything back', () => {
    const story = play([...abandoned, track('Order Completed', { order_id: 'o', cart_id: 'cart-a', total: 30 }, hour - 200)]);

    expect(story.messages).toEqual([]);
    expect(story.entries).toMatchObject([{ outcome: 'not-entered', reason: 'ordered' }]);
  });

  test('somebody else who orders the same cart keeps everything back, before the start and after it', () => {
    const order = { order_id: 'o', cart_id: 'cart-a', total: 30 };

    expect(play([...abandoned, track('Order Completed', order, 30 * minute, { who: 'another' })]).entries).toMatchObject([
      { outcome: 'not-entered', reason: 'ordered' },
    ]);
    const after = play([...abandoned, track('Order Completed', order, 2 * hour, { who: 'another' })]);
    expect(after.entries).toMatchObject([{ outcome: 'converted', reason: 'ordered' }]);
    expect(sentAfter(after)).toEqual([['first-email', 'sent', hour]]);
  });

  test('what ends a series ends it at once, not when it would have gone on', () => {
    const story = play([...abandoned, track('Order Completed', { order_id: 'o', cart_id: 'cart-a', total: 30 }, 2 * hour)]);

    expect(story.lines.at(-1)).toMatchObject({ at: startAt + 2 * hour, journey: 'short-cart' });
  });

  test('activity puts the idle hour off; an older event that comes late does not', () => {
    const again = track('Product Added', { ...mug, product_id: 'tin', name: 'Tin' }, 30 * minute);
    const late = track('Product Added', { ...mug, product_id: 'pen', name: 'Pen' }, 40 * minute, { happenedAt: startAt + minute });

    expect(play([...abandoned, again, late]).messages[0]).toMatchObject({ at: startAt + 90 * minute, products: ['Mug', 'Pen', 'Tin'] });
  });

  test('events that come more than six hours late start nothing', () => {
    const story = play([track('Product Added', mug, 7 * hour, { happenedAt: startAt })]);

    expect(story.entries).toEqual([]);
  });

  test('an event that comes twice counts once', () => {
    const twice = [track('Product Added', mug, 0, { messageId: 'm1' }), track('Product Added', mug, minute, { messageId: 'm1' })];

    expect(play(twice).lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Product Added: the cart holds 2 × Mug: 30.00 GBP.', 'Product Added: came twice and counts once.']),
    );
  });
});

describe('what providers answer', () => {
  const answered = (answer: Script['answers'][string], step = 'first-email') => play(abandoned, { answers: { [step]: answer } });

  test('a busy provider is asked again, later and later', () => {
    expect(answered({ kind: 'busy', times: 3 }).messages[0]).toMatchObject({ state: 'sent', attempts: 4, at: startAt + hour + 7 * second });
  });

  test('a provider that stays busy loses the message at its deadline, not the person', () => {
    const story = answered({ kind: 'busy', times: 1000 });

    expect(story.messages[0]).toMatchObject({ state: 'failed', reason: 'provider-rejected' });
    expect(story.entries).toMatchObject([{ outcome: 'completed' }]);
  });

  test('a rejected message is passed by', () => {
    expect(sentAfter(answered({ kind: 'rejected' })).map(([, state]) => state)).toEqual(['failed', 'sent', 'sent']);
  });

  test('without an answer an email is sent once more and a text is not', () => {
    expect(answered({ kind: 'silent' }).messages[0]).toMatchObject({ state: 'sent', attempts: 2 });
    expect(answered({ kind: 'silent' }, 'text').messages[1]).toMatchObject({ state: 'unknown', attempts: 1 });
  });

  test('a bounce suppresses the address', () => {
    const bounced = { at: startAt + 2 * hour, what: { kind: 'receipt', step: 'first-email', status: 'bounced' } } as const;

    expect(play([...abandoned, bounced]).messages.map(({ state, reason }) => [state, reason])).toEqual([
      ['sent', null],
      ['sent', null],
      ['skipped', 'suppressed'],
    ]);
  });
});

describe('the shop’s own answer about orders', () => {
  const look = (answer: 'found' | 'failed', after: number) => ({ at: startAt + after, what: { kind: 'order-lookup', answer } }) as const;

  test('an order that no event told of ends the journey at the last look', () => {
    const story = play([...abandoned, look('found', 2 * hour)]);

    expect(story.entries).toMatchObject([{ outcome: 'converted', reason: 'ordered' }]);
    expect(sentAfter(story)).toEqual([['first-email', 'sent', hour]]);
  });

  test('a shop that cannot be asked delays an email by a quarter of an hour and keeps a text back', () => {
    expect(sentAfter(play([...abandoned, look('failed', 0)])).slice(0, 2)).toEqual([
      ['first-email', 'sent', hour + 15 * minute],
      ['text', 'skipped', 5 * hour + 15 * minute],
    ]);
  });
});

describe('a pause', () => {
  const pause = (kind: 'pause' | 'resume', after: number, scope: 'all' | 'journey' | 'sms' = 'all') =>
    ({ at: startAt + after, what: { kind, scope } }) as const;

  test('holds what falls due, and a resume within the journey’s patience sends it', () => {
    const story = play([...abandoned, pause('pause', 4 * hour), pause('resume', 6 * hour)]);

    expect(sentAfter(story)[1]).toEqual(['text', 'sent', 6 * hour]);
  });

  test('that lasts longer skips what fell due', () => {
    const story = play([...abandoned, pause('pause', 4 * hour), pause('resume', 9 * hour)]);

    expect(story.messages.map(({ step, state }) => [step, state])).toEqual([
      ['first-email', 'sent'],
      ['text', 'skipped'],
      ['second-email', 'sent'],
    ]);
  });

  test('promises nothing: what it held keeps room for more important messages, as it would have without it', () => {
    const unimportant = { ...cartJourney(), priority: 15 };
    const persona = {
      ...castPersona('mobile-subscriber', startAt),
      tier: 'hot' as const,
      messagesBefore: [{ channel: 'sms' as const, topic: 'sales', at: startAt - hour }],
    };
    const first = (happenings: Script['happenings']) => play(happenings, { persona }, unimportant).messages[0];

    expect(first(abandoned)).toMatchObject({ state: 'skipped', reason: 'frequency-cap' });
    expect(first([...abandoned, pause('pause', 50 * minute), pause('resume', 65 * minute)])).toMatchObject({
      state: 'skipped',
      reason: 'frequency-cap',
    });
  });

  test('is over for what it held only when nothing else holds it', () => {
    const skipping = { ...cartJourney(), catchUp: { kind: 'skip_step' } as const };
    const both = [...abandoned, pause('pause', 4 * hour), pause('pause', 4 * hour, 'sms')];
    const until = startAt + 7 * hour;
    const text = (happenings: Script['happenings']) => play(happenings, { until }, skipping).messages[1];

    expect(text([...both, pause('resume', 6 * hour, 'sms')])).toMatchObject({ step: 'text', state: 'held' });
    expect(text([...both, pause('resume', 6 * hour)])).toMatchObject({ state: 'held' });
    expect(text([...both, pause('resume', 6 * hour), pause('resume', 6 * hour, 'sms')])).toMatchObject({ state: 'skipped' });
  });

  test('of one channel lets the other through', () => {
    expect(sentAfter(play([...abandoned, pause('pause', 0, 'sms')]))).toEqual([
      ['first-email', 'sent', hour],
      ['text', 'held', 5 * hour],
    ]);
  });

  test('of the journey keeps new people out', () => {
    expect(play([pause('pause', 0, 'journey'), track('Product Added', mug, minute)]).entries).toEqual([]);
  });
});

test('two carts that share a line are one series', () => {
  const phone = track('Product Added', { ...mug, cart_id: 'cart-b' }, 10 * minute);
  const story = play([...abandoned, phone]);

  expect(story.entries.map(({ outcome }) => outcome)).toContain('completed');
  expect(story.messages.filter(({ step }) => step === 'first-email')).toHaveLength(1);
});

test('whatever a shopper does: nothing within a day of an order, nothing about an empty cart, no text at night', () => {
  const deed = fc.record({
    minutes: fc.integer({ min: 0, max: 4 * 24 * 60 }),
    name: fc.constantFrom('Product Added', 'Product Added', 'Product Removed', 'Order Completed'),
    cart: fc.constantFrom('cart-a', 'cart-b'),
    product: fc.constantFrom('mug', 'tin'),
    lateMinutes: fc.constantFrom(0, 0, 7, 400),
  });

  fc.assert(
    fc.property(fc.array(deed, { maxLength: 12 }), (deeds) => {
      const happenings = deeds.map(({ minutes, name, cart, product, lateMinutes }) =>
        track(name, { order_id: `o-${minutes}`, cart_id: cart, product_id: product, price: 15, quantity: 2 }, minutes * minute, {
          // An order that is known hours late may be older than the cart that is open by then.
          happenedAt: startAt + Math.max(0, minutes - (name === 'Order Completed' ? Math.min(lateMinutes, 7) : lateMinutes)) * minute,
        }),
      );
      const known = (at: number) =>
        happenings.filter((one) => one.at <= at && one.what.name === 'Order Completed' && one.what.happenedAt > at - day);

      for (const message of play(happenings).messages) {
        if (message.state !== 'sent') continue;
        expect(known(message.at)).toEqual([]);
        expect(message.products.length).toBeGreaterThan(0);
        if (message.channel === 'sms') expect(new Date(message.at).getUTCHours()).toSatisfy((hours: number) => hours >= 8 && hours < 21);
      }
    }),
    { numRuns: 300 },
  );
});
