import { beforeEach, describe, expect, test } from 'vitest';
import type { AppDeps } from '../../../src/app/deps.js';
import { pauseSending, resumeSending } from '../../../src/app/journeys/control-journeys.js';
import { checkSend } from '../../../src/app/messages/check-send.js';
import { explainMessage } from '../../../src/app/messages/explain-message.js';
import { showCaps } from '../../../src/app/people/show-caps.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { CapPolicyRule } from '../../../src/domain/policy/cap-policy.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import type { EntryId, JourneyId, MessageId, ProfileId, StepId } from '../../../src/domain/values/ids.js';
import type { JourneyDefinition, Step } from '../../../src/journey/definition.js';
import { deletePause } from '../../../src/store/controls.js';
import { writeMessage } from '../../../src/store/messages.js';
import { writeTogether } from '../../../src/store/write-together.js';
import { opset } from '../../../workflows/contract.js';
import { shippedPolicies } from '../../support/policies.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('caps over all journeys of a person', (store) => {
  beforeEach(() => resetTables(store()));

  const rule = (id: string, limit: number, more: Partial<CapPolicyRule> = {}): CapPolicyRule => ({
    id,
    channels: ['email'],
    topics: null,
    exceptTopics: [],
    limit,
    window: { type: 'rolling', ms: day },
    headroom: [],
    exemptsUserInitiated: false,
    exemptsMoreImportant: false,
    scales: false,
    ...more,
  });
  const shipped = shippedPolicies();
  const oneEmailADay: AppDeps['policies'] = policies([rule('email-24h', 1)]);

  function policies(rules: readonly CapPolicyRule[]): AppDeps['policies'] {
    const quietHours = { ...shipped.quietHours, openingJitterMs: 0 };
    return { current: () => ({ ...shipped, quietHours, caps: { version: 1, rules, ceilings: [] } }) };
  }

  /** A journey of one message that a track event of its own name begins. */
  function journey(id: string, priority: number, only: Parameters<typeof send>[2] = {}, more: readonly Step[] = []): JourneyDefinition {
    return cartJourney({
      id: id as JourneyId,
      priority,
      topic: 'cart_reminder',
      trigger: { kind: 'event', event: `event:${id}`, where: null },
      entry: { key: { kind: 'profile' }, filters: [], reentry: { kind: 'always' }, concurrency: 'parallel' },
      exits: [],
      goals: [],
      maxDurationMs: null,
      start: 'only' as JourneyDefinition['start'],
      steps: Object.fromEntries([send('only', null, { deadlineMs: 5 * day, ...only }), ...more].map((step) => [step.id, step])),
    });
  }

  async function ada(
    journeys: readonly JourneyDefinition[],
    overrides: Partial<AppDeps> = {},
    traits: Readonly<Record<string, unknown>> = {},
  ): Promise<TurnDeps> {
    const deps = turnDeps(store(), { policies: oneEmailADay, ...overrides });
    for (const one of journeys) await publish(store(), one);
    await take(
      deps,
      identify({ email: 'ada@example.test', phone: '+447700900123', country: 'GB', timezone: 'Europe/London', ...traits }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
    );
    return deps;
  }

  const begin = async (deps: TurnDeps, id: string) => {
    const at = deps.clock.now();
    await take(deps, track(id, {}, { occurredAt: at, receivedAt: at }));
    return (await entriesOf(id)).at(-1)!.id;
  };
  const entriesOf = (id: string) =>
    store().db.selectFrom('entries').selectAll().where('journey_id', '=', id).orderBy('created_at').execute();
  const messageOf = (id: string) =>
    store()
      .db.selectFrom('messages')
      .select(['id', 'state', 'reason', 'slot_at', 'channel', 'step'])
      .where('journey_id', '=', id)
      .orderBy('created_at')
      .orderBy('step')
      .execute();
  const turn = (deps: TurnDeps, entryId: string) => takeTurn(deps, { v: 1, entryId, opset }, 'inline');
  const traceOf = (entryId: string) =>
    store().db.selectFrom('trace').select(['kind', 'text']).where('entry_id', '=', entryId).orderBy('seq').execute();

  test('two journeys share the room of one person, and story and API say so in the same words', async () => {
    const deps = await ada([journey('cart', 80), journey('browse', 80)], {}, { country: 'DE', timezone: 'Europe/Berlin', phone: null });
    await turn(deps, await begin(deps, 'cart'));
    const second = await begin(deps, 'browse');

    expect(await turn(deps, second)).toMatchObject({ kind: 'wait', wakeAtReal: noon + day });
    const [waiting] = await messageOf('browse');
    expect(waiting).toMatchObject({ state: 'reserved', reason: 'frequency-cap', slot_at: noon + day });
    const sentence = 'Waits: cap email-24h, 1 of 1 used; next possible Wed 25 Nov 13:00 (Europe/Berlin).';
    expect((await traceOf(second)).at(-1)?.text).toBe(sentence);
    expect((await explainMessage(deps, waiting?.id ?? ''))?.sentence).toBe(sentence);
    deps.clock.set(noon + day);
    await turn(deps, second);
    expect(deps.providers.email.submitted).toHaveLength(2);
  });

  test('of many that ask at the same time, as many get a slot as there is room', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `journey-${index}`);
    const deps = await ada(ids.map((id) => journey(id, 80, { onCapped: 'skip' })));
    const entries = [];
    for (const id of ids) entries.push(await begin(deps, id));

    await Promise.all(entries.map((id) => turn(deps, id)));
    expect(deps.providers.email.submitted).toHaveLength(1);
    const states = await store().db.selectFrom('messages').select('state').orderBy('state').execute();
    expect(states.map(({ state }) => state)).toEqual(['accepted', ...Array<string>(7).fill('skipped')]);
  });

  test('a slot that another transaction is just taking is waited for, and counts', async () => {
    const deps = await ada([journey('cart', 80), journey('browse', 80)]);
    const browse = await begin(deps, 'browse');
    const cart = (await begin(deps, 'cart')) as EntryId;
    const profile = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    let sayLocked = (): void => {};
    const asked = new Promise<void>((resolve) => (sayLocked = resolve)).then(() => turn(deps, browse));
    await store().transaction(async (trx) => {
      await trx.selectFrom('profiles').select('id').where('id', '=', profile.id).forUpdate().execute();
      sayLocked();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const message = {
        id: 'taken' as MessageId,
        origin: 'journey',
        entryId: cart,
        journeyId: 'cart' as JourneyId,
        version: 1,
        step: 'only' as StepId,
        visit: 1,
        profileId: profile.id as ProfileId,
        channel: 'email',
        class: 'marketing',
        topic: 'cart_reminder',
        priority: 80,
        template: 'only',
        deadlineAt: noon + day,
      } as const;
      await writeTogether(trx, { messages: writeMessage(message, { state: 'accepted', reason: null, slotAt: noon, at: noon }) });
    });

    expect(await asked).toMatchObject({ kind: 'wait', wakeAtReal: noon + day });
    expect(deps.providers.email.submitted).toHaveLength(0);
  });

  describe('a message that a pause holds', () => {
    const sharedDay = rule('any-24h', 2, { channels: null, headroom: [{ priorityUpTo: 20, keepFree: 1 }] });
    const cartGap = rule('cart-gap', 1, { topics: ['cart_reminder'], window: { type: 'rolling', ms: 8 * hour } });
    const news = { ...journey('news', 20), topic: 'newsletter' };

    /** One cart email left at noon, a second is promised for eight; sending stops at one and the newsletter falls due at two. */
    async function heldNewsletter() {
      const deps = await ada([journey('first', 80), journey('cart', 80), news, journey('late', 10)], {
        policies: policies([sharedDay, cartGap]),
      });
      await turn(deps, await begin(deps, 'first'));
      const cart = await begin(deps, 'cart');
      expect(await turn(deps, cart)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 8 * hour });
      deps.clock.set(noon + hour);
      await pauseSending(deps, 'all');
      deps.clock.set(noon + 2 * hour);
      const newsletter = await begin(deps, 'news');
      await turn(deps, newsletter);
      expect(await messageOf('news')).toMatchObject([{ state: 'reserved', reason: 'paused' }]);
      return { deps, cart, newsletter };
    }

    test('was promised nothing: after the resume it keeps room for others, and their promises hold', async () => {
      const { deps, cart, newsletter } = await heldNewsletter();
      deps.clock.pass(10 * minute);
      await resumeSending(deps, 'all');

      expect(await turn(deps, newsletter)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 32 * hour });
      deps.clock.set(noon + 8 * hour);
      await turn(deps, cart);
      expect(await messageOf('cart')).toMatchObject([{ state: 'accepted', slot_at: noon + 8 * hour }]);
    });

    test('takes no room from others, and has no slot to give up to them', async () => {
      const { deps, cart } = await heldNewsletter();
      await store().transaction((trx) => deletePause(trx, 'all'));
      const profile = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();

      expect((await showCaps(deps, profile.id))?.rules.find(({ rule: id }) => id === 'any-24h')?.used).toBe(1);
      deps.clock.set(noon + 8 * hour);
      await turn(deps, cart);
      expect(await messageOf('news')).toMatchObject([{ state: 'reserved', reason: 'paused' }]);
    });

    test('although a slot was promised to it before, asks anew after the resume', async () => {
      const { deps, cart } = await heldNewsletter();
      deps.clock.set(noon + 8 * hour);
      await turn(deps, cart);
      expect(await messageOf('cart')).toMatchObject([{ state: 'reserved', reason: 'paused', slot_at: noon + 8 * hour }]);
      await resumeSending(deps, 'all');
      deps.clock.pass(minute);

      await turn(deps, cart);
      expect(await messageOf('cart')).toMatchObject([{ state: 'accepted', slot_at: noon + 8 * hour + minute }]);
    });

    test('after it lost its slot is late from when it asked, not from the slot that it lost', async () => {
      const deps = await ada([journey('first', 80), news, journey('checkout', 90)], {
        policies: policies([rule('email-24h', 1)]),
      });
      await turn(deps, await begin(deps, 'first'));
      const newsletter = await begin(deps, 'news');
      await turn(deps, newsletter);
      deps.clock.set(noon + hour);
      await turn(deps, await begin(deps, 'checkout'));
      expect(await messageOf('news')).toMatchObject([{ state: 'released', reason: 'outranked', slot_at: noon + day }]);
      await pauseSending(deps, 'all');
      await turn(deps, newsletter);
      expect(await messageOf('news')).toMatchObject([{ state: 'reserved', reason: 'paused', slot_at: noon + hour }]);
      deps.clock.set(noon + 2 * hour);
      await resumeSending(deps, 'all');

      expect(await turn(deps, newsletter)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 2 * day });
    });
  });

  test('a promise that the cap has no room for any more is not kept', async () => {
    let rules = [rule('email-24h', 1)];
    const deps = await ada([journey('cart', 80), journey('browse', 80)], { policies: { current: () => policies(rules).current() } });
    await turn(deps, await begin(deps, 'cart'));
    const second = await begin(deps, 'browse');
    await turn(deps, second);
    rules = [rule('email-24h', 1, { window: { type: 'rolling', ms: 2 * day } })];
    deps.clock.set(noon + day);

    expect(await turn(deps, second)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 2 * day });
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('a slot is promised where no promise after it would be broken', async () => {
    const deps = await ada([journey('cart', 80), journey('browse', 80), journey('late', 80)]);
    await turn(deps, await begin(deps, 'cart'));
    const promised = await begin(deps, 'browse');
    await turn(deps, promised);
    // Room until noon + day, but not for a message that would stand 20 hours before the promised one.
    deps.clock.set(noon + 4 * hour);
    await store()
      .db.updateTable('messages')
      .set({ slot_at: noon - day })
      .where('journey_id', '=', 'cart')
      .execute();

    expect(await turn(deps, await begin(deps, 'late'))).toMatchObject({ kind: 'wait', wakeAtReal: noon + 2 * day });
    deps.clock.set(noon + day);
    await turn(deps, promised);
    expect((await messageOf('browse'))[0]?.state).toBe('accepted');
  });

  test('a question about a later instant counts what is promised before it', async () => {
    const deps = await ada([journey('cart', 80), journey('browse', 20)]);
    const question = { to: { userId: 'ada' }, channel: 'email', topic: 'cart_reminder', class: 'marketing', priority: 80 } as const;
    await turn(deps, await begin(deps, 'cart'));
    await turn(deps, await begin(deps, 'browse'));
    expect(await messageOf('browse')).toMatchObject([{ state: 'reserved', slot_at: noon + day }]);

    // It will have left by then, however unimportant it is.
    expect(await checkSend(deps, { ...question, at: noon + 40 * hour })).toMatchObject({ decision: 'defer', until: noon + 2 * day });
    // What is promised for later gives way, as it would in a turn.
    expect(await checkSend(deps, { ...question, at: noon + day })).toMatchObject({ decision: 'send' });
    expect(await checkSend(deps, { ...question, at: null })).toMatchObject({ decision: 'defer', until: noon + day });
  });

  test('a more important message takes the slot that was promised to a lesser one, which is told at once and gets a later one', async () => {
    let relayed = 0;
    const deps = await ada([journey('cart', 80), journey('news', 20), journey('checkout', 90)], { notifyRelay: () => void (relayed += 1) });
    await turn(deps, await begin(deps, 'cart'));
    const news = await begin(deps, 'news');
    await turn(deps, news);
    expect(await messageOf('news')).toMatchObject([{ state: 'reserved', slot_at: noon + day }]);
    deps.clock.set(noon + hour);
    const checkout = await begin(deps, 'checkout');
    relayed = 0;

    expect(await turn(deps, checkout)).toMatchObject({ kind: 'wait', wakeAtReal: noon + day });
    const winner = (await messageOf('checkout'))[0]!;
    const loser = (await messageOf('news'))[0]!;
    expect(winner).toMatchObject({ state: 'reserved', slot_at: noon + day });
    expect(loser).toMatchObject({ state: 'released', reason: 'outranked' });
    const [poked] = await entriesOf('news');
    expect(poked?.poke_real).toBeLessThanOrEqual(Date.now());
    expect(relayed).toBe(1);
    expect((await explainMessage(deps, loser.id))?.sentence).toBe(
      `Gave up its slot: a more important message took the slot (${winner.id}).`,
    );
    expect((await explainMessage(deps, winner.id))?.sentence).toContain(`it took the slot of a less important message (${loser.id})`);
    expect((await traceOf(news)).at(-1)).toEqual({
      kind: 'verdict',
      text: `Gave up its slot: a more important message took the slot (${winner.id}).`,
    });

    expect(await turn(deps, news)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 2 * day });
    expect((await entriesOf('news'))[0]).toMatchObject({ due_at: noon + 2 * day, activity: 'waiting' });
    deps.clock.set(noon + day);
    await turn(deps, checkout);
    deps.clock.set(noon + 2 * day);
    await turn(deps, news);
    expect(deps.providers.email.submitted.map(({ messageId }) => messageId)).toEqual([
      (await messageOf('cart'))[0]?.id,
      winner.id,
      loser.id,
    ]);
  });

  test('a lesser message that may not wait for a cap is left out when it loses its slot', async () => {
    const deps = await ada(
      [
        journey('night', 20, { channel: 'sms', template: 'a-text', onCapped: 'skip' }),
        journey('cart', 80, { channel: 'sms', template: 'a-text' }),
      ],
      {
        policies: policies([rule('sms-24h', 1, { channels: ['sms'] })]),
      },
    );
    deps.clock.set(noon + 11 * hour); // 23:00 in London
    const lesser = await begin(deps, 'night');
    await turn(deps, lesser);
    expect(await messageOf('night')).toMatchObject([{ state: 'reserved', reason: 'quiet-hours' }]);

    await turn(deps, await begin(deps, 'cart'));
    expect(await messageOf('night')).toMatchObject([{ state: 'released', reason: 'outranked' }]);
    expect(await turn(deps, lesser)).toMatchObject({ kind: 'finished' });
    expect(await messageOf('night')).toMatchObject([{ state: 'skipped', reason: 'frequency-cap' }]);
  });

  test('what is at the provider keeps its slot', async () => {
    const deps = await ada([journey('news', 20), journey('cart', 80)]);
    const news = await begin(deps, 'news');
    const cart = await begin(deps, 'cart');
    let during: unknown;
    deps.providers.email.answers = [
      async () => {
        during = await turn(deps, cart);
        return { kind: 'accepted', providerId: 'p' };
      },
    ];
    await turn(deps, news);

    expect(during).toMatchObject({ kind: 'wait', wakeAtReal: noon + day });
    expect(await messageOf('news')).toMatchObject([{ state: 'accepted' }]);
  });

  test('what may have reached the provider keeps its slot too, although it waits for its second try', async () => {
    const deps = await ada([journey('news', 20), journey('cart', 80)]);
    deps.providers.email.answers = [{ kind: 'unknown', code: 'no-answer' }];
    await turn(deps, await begin(deps, 'news'));
    expect(await messageOf('news')).toMatchObject([{ state: 'reserved' }]);

    expect(await turn(deps, await begin(deps, 'cart'))).toMatchObject({ kind: 'wait' });
    expect(await messageOf('news')).toMatchObject([{ state: 'reserved' }]);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('with a cap in the way the message goes over the other channel, once and through the gate', async () => {
    const text = send('only-sms', null, { channel: 'sms', template: 'a-text', deadlineMs: 5 * day, onCapped: 'skip' });
    const fallback = journey('browse', 80, { onCapped: 'fallback_channel', fallback: 'only-sms' as never }, [text]);
    const deps = await ada([journey('cart', 80), fallback]);
    await turn(deps, await begin(deps, 'cart'));

    expect(await turn(deps, await begin(deps, 'browse'))).toMatchObject({ kind: 'finished' });
    expect(await messageOf('browse')).toMatchObject([
      { step: 'only', channel: 'email', state: 'skipped', reason: 'frequency-cap' },
      { step: 'only-sms', channel: 'sms', state: 'accepted' },
    ]);
    expect(deps.providers.sms.submitted).toHaveLength(1);
  });

  test('with a cap in the way a journey may end', async () => {
    const deps = await ada([journey('cart', 80), journey('browse', 80, { onCapped: 'exit' })]);
    await turn(deps, await begin(deps, 'cart'));
    await turn(deps, await begin(deps, 'browse'));

    expect((await entriesOf('browse'))[0]).toMatchObject({ state: 'finished', outcome: 'exited', outcome_reason: 'frequency-cap' });
  });

  test('a cap holds a message back no longer than the step says', async () => {
    const deps = await ada([journey('cart', 80), journey('browse', 80, { deferWithinMs: 6 * hour })]);
    await turn(deps, await begin(deps, 'cart'));

    await turn(deps, await begin(deps, 'browse'));
    expect(await messageOf('browse')).toMatchObject([{ state: 'skipped', reason: 'frequency-cap' }]);
  });

  test('a step may pass the caps and count all the same, or count for nothing', async () => {
    const deps = await ada([
      journey('cart', 80),
      journey('hello', 80, { obeysCap: false }),
      journey('quiet', 80, { obeysCap: false, countsTowardCap: false }),
    ]);
    await turn(deps, await begin(deps, 'quiet'));
    await turn(deps, await begin(deps, 'hello'));
    expect(deps.providers.email.submitted).toHaveLength(2);
    deps.clock.pass(minute);

    expect(await turn(deps, await begin(deps, 'cart'))).toMatchObject({ kind: 'wait', wakeAtReal: noon + day });
  });

  test('the choice of the person holds what no step may pass', async () => {
    const deps = await ada([journey('hello', 80, { obeysCap: false, onCapped: 'skip' })]);
    await take(deps, identify({ message_frequency: { level: 'pause', until: null } }));
    await turn(deps, await begin(deps, 'hello'));

    const [message] = await messageOf('hello');
    expect((await explainMessage(deps, message!.id))?.sentence).toBe(
      'Not sent: cap your-choice, nothing is allowed (as the person chose).',
    );
  });
});
