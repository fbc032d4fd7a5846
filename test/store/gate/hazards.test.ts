import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AppDeps } from '../../../src/app/deps.js';
import { pauseJourney, pauseSending, resumeJourney, resumeSending } from '../../../src/app/journeys/control-journeys.js';
import { ChannelSlots } from '../../../src/app/messages/channel-slots.js';
import { settleExpiredAttempts } from '../../../src/app/messages/settle-expired-attempts.js';
import { submitMessage } from '../../../src/app/messages/submit-message.js';
import { testSend } from '../../../src/app/messages/test-send.js';
import { forecastSend, type SendPlan } from '../../../src/app/turn/plan-send.js';
import { runTurn } from '../../../src/app/turn/run-turn.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { AttemptOutcome } from '../../../src/domain/messages/message.js';
import type { OutgoingEmail } from '../../../src/domain/messages/outgoing.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { startServiceClock } from '../../../src/instance/service-clock.js';
import type { JourneyDefinition } from '../../../src/journey/definition.js';
import { parsePolicy } from '../../../src/policy/parse.js';
import { opset } from '../../../workflows/contract.js';
import { shippedPolicies } from '../../support/policies.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps, waitStep } from '../../support/turns.js';

/**
 * Each test names a way in which a journey could send twice, not at all, or stop for ever; it fails when what stands against that is taken
 * out.
 */

const mug = { product_id: 'mug', name: 'Mug', price: 30, currency: 'GBP' };
const accepted: AttemptOutcome = { kind: 'accepted', providerId: 'p-late' };
const lost: AttemptOutcome = { kind: 'unknown', code: 'reset' };

/** An answer of a provider that the test gives when it likes. */
function openAnswer() {
  let give: (outcome: AttemptOutcome) => void = () => {};
  let arrive: () => void = () => {};
  const asked = new Promise<void>((resolve) => (arrive = resolve));
  const answer = new Promise<AttemptOutcome>((resolve) => (give = resolve));
  const ask = (): Promise<AttemptOutcome> => {
    arrive();
    return answer;
  };
  return { ask, asked, give: (outcome: AttemptOutcome) => give(outcome) };
}

describeOnBothStores('against', (store) => {
  beforeEach(() => resetTables(store()));
  afterEach(() => void vi.restoreAllMocks());

  const steps = (...list: ReturnType<typeof send>[]) =>
    ({ steps: Object.fromEntries(list.map((step) => [step.id, step])), start: list[0]?.id }) as unknown as Partial<JourneyDefinition>;
  const byProfile = cartJourney({ entry: { ...cartJourney().entry, key: { kind: 'profile' } } });

  /** These people, known and consenting, filled a cart each at noon; it is an hour later. */
  async function abandoned(
    journey: JourneyDefinition = cartJourney(),
    options: { readonly people?: readonly string[]; readonly overrides?: Partial<AppDeps> } = {},
  ): Promise<TurnDeps> {
    const deps = turnDeps(store(), options.overrides);
    await publish(store(), journey);
    for (const userId of options.people ?? ['ada']) {
      await take(
        deps,
        identify({ email: `${userId}@example.test`, phone: '+447700900123' }, { userId }),
        track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId }),
        track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, { userId }),
        track('Product Added', { ...mug, cart_id: `cart-${userId}` }, { userId }),
      );
    }
    deps.clock.set(noon + hour);
    return deps;
  }
  const entries = () => store().db.selectFrom('entries').selectAll().orderBy('created_at').orderBy('id').execute();
  const entry = async () => (await entries())[0]!;
  const entryOf = async (user: string) => {
    const { profile_id } = await store()
      .db.selectFrom('identities')
      .select('profile_id')
      .where('value', '=', user)
      .executeTakeFirstOrThrow();
    return (await entries()).find((one) => one.profile_id === profile_id)!;
  };
  const messages = () => store().db.selectFrom('messages').selectAll().orderBy('created_at').orderBy('id').execute();
  const verdicts = async () =>
    (await store().db.selectFrom('verdicts').select(['decision', 'reason']).orderBy('seq').execute()).map(({ decision, reason }) =>
      `${decision} ${reason ?? ''}`.trim(),
    );
  const turn = async (deps: TurnDeps, id?: string, lane: 'inline' | 'queue' = 'inline') =>
    takeTurn(deps, { v: 1, entryId: id ?? (await entry()).id, opset }, lane);
  const ordered = (at: number, who: Parameters<typeof track>[2] = {}) =>
    track('Order Completed', { order_id: 'o1', cart_id: 'cart-ada', total: 30 }, { ...who, occurredAt: at });
  const leaseIsOver = () => store().db.updateTable('messages').set({ lease_real: 1 }).where('state', '=', 'submitting').execute();

  // ── merges and joins ──

  test('a merge during the call of a provider: the answer is written although the entry has another profile now', async () => {
    const deps = await abandoned(cartJourney(), { people: ['ada', 'bea'] });
    const { ask, asked, give } = openAnswer();
    deps.providers.email.answers = [ask];
    const { id } = await entryOf('ada');
    const slow = turn(deps, id);
    await asked;
    await take(deps, alias('ada', 'bea', { occurredAt: noon + hour }));
    give(accepted);
    expect(await slow).toMatchObject({ kind: 'wait', wakeAtReal: noon + 25 * hour });

    expect(await messages()).toMatchObject([{ entry_id: id, state: 'accepted', provider_id: 'p-late' }]);
    await leaseIsOver();
    deps.clock.pass(minute);
    await turn(deps, id);
    expect(deps.providers.email.submitted.filter(({ to }) => to.address.startsWith('ada'))).toHaveLength(1);
  });

  test.each([
    [accepted, { state: 'accepted' }],
    [lost, { state: 'unknown' }],
    [
      { kind: 'not-sent', code: '451', retry: true },
      { state: 'skipped', reason: 'provider-rejected' },
    ],
  ] as const)('an entry that was superseded while its message was at the provider: %o is written all the same', async (outcome, after) => {
    const deps = await abandoned(byProfile, { people: ['ada', 'bea'] });
    const [ada, bea] = [await entryOf('ada'), await entryOf('bea')];
    // Bea is further along, so hers will go on.
    await turn(deps, bea.id);
    const { ask, asked, give } = openAnswer();
    deps.providers.email.answers = [ask];
    const slow = turn(deps, ada.id);
    await asked;
    await store()
      .db.updateTable('entries')
      .set({ created_at: noon + 1 })
      .where('id', '=', ada.id)
      .execute();
    await take(deps, alias('ada', 'bea', { occurredAt: noon + hour }));
    expect((await entries()).find(({ id }) => id === ada.id)).toMatchObject({ outcome: 'superseded' });
    give(outcome);

    expect(await slow).toMatchObject({ kind: 'finished' });
    expect((await messages()).find(({ entry_id }) => entry_id === ada.id)).toMatchObject({ ...after, lease_real: null });
  });

  test.each(['exited', 'superseded'])(
    'two entries that came to the same step before their people became one, of which one is %s: the second message is a duplicate',
    async (outcome) => {
      const deps = await abandoned(
        { ...byProfile, ...steps(waitStep('wait', 'first', minute), send('first', null)) },
        { people: ['ada', 'bea'] },
      );
      const [ada, bea] = [await entryOf('ada'), await entryOf('bea')];
      for (const { id } of [ada, bea]) await turn(deps, id);
      deps.clock.pass(minute);
      await turn(deps, ada.id);
      // Ada's entry ends by itself before the merge, so that it cannot meet Bea's.
      await store()
        .db.updateTable('entries')
        .set({ state: 'finished', outcome, finished_at: noon + hour })
        .where('id', '=', ada.id)
        .execute();
      await take(deps, alias('ada', 'bea', { occurredAt: noon + hour }));

      await turn(deps, bea.id);
      expect(deps.providers.email.submitted).toHaveLength(1);
      expect(await verdicts()).toContain('skip duplicate');
    },
  );

  test('a series long after a merge being taken for a duplicate of the entry that ended in it', async () => {
    const deps = await abandoned(byProfile, { people: ['ada', 'bea'] });
    const [ada, bea] = [await entryOf('ada'), await entryOf('bea')];
    for (const { id } of [ada, bea]) await turn(deps, id);
    await take(deps, alias('ada', 'bea', { occurredAt: noon + hour }));
    const [other] = (await entries()).filter(({ outcome }) => outcome === null);
    expect((await entries()).map(({ outcome }) => outcome)).toContain('superseded');
    deps.clock.set(noon + 25 * hour);
    await turn(deps, other?.id);
    expect(deps.providers.email.submitted).toHaveLength(3);

    const again = noon + 40 * day;
    deps.clock.set(again);
    await take(deps, track('Product Added', { ...mug, cart_id: 'cart-new' }, { userId: 'bea', occurredAt: again, receivedAt: again }));
    deps.clock.set(again + hour);
    await turn(deps, (await entries()).at(-1)?.id);
    expect(deps.providers.email.submitted).toHaveLength(4);
    expect(await verdicts()).not.toContain('skip duplicate');
  });

  test('a second series over the same cart a week later being taken for a duplicate of the first', async () => {
    const deps = await abandoned();
    await turn(deps);
    deps.clock.set(noon + 25 * hour);
    await turn(deps);
    const again = noon + 9 * day;
    deps.clock.set(again);
    await take(
      deps,
      track('Product Added', { ...mug, product_id: 'tray', cart_id: 'cart-ada' }, { userId: 'ada', occurredAt: again, receivedAt: again }),
    );
    deps.clock.set(again + hour);
    await turn(deps, (await entries())[1]!.id);

    expect(deps.providers.email.submitted).toHaveLength(3);
    expect(await verdicts()).not.toContain('skip duplicate');
  });

  test('the poke of an entry that another transaction closed coming back for ever', async () => {
    const deps = await abandoned(byProfile, { people: ['ada', 'bea'] });
    await take(deps, alias('ada', 'bea', { occurredAt: noon + hour }));
    const ended = (await entries()).find(({ outcome }) => outcome === 'superseded')!;
    expect(ended.poke_real).not.toBeNull();

    expect(await turn(deps, ended.id)).toEqual({ kind: 'finished', outcome: 'superseded' });
    expect((await entries()).find(({ id }) => id === ended.id)?.poke_real).toBeNull();
  });

  // ── pauses ──

  test('a paused journey whose armed entry was postponed meanwhile: after the resume it waits for the later instant', async () => {
    const deps = await abandoned();
    await pauseJourney(deps, 'cart');
    await turn(deps);
    expect(await entry()).toMatchObject({ state: 'armed', activity: 'held', poke_real: null });
    const later = noon + hour + 10 * minute;
    deps.clock.set(later);
    const at = { userId: 'ada', occurredAt: later, receivedAt: later };
    await take(deps, track('Product Added', { ...mug, product_id: 'tray', cart_id: 'cart-ada' }, at));
    await resumeJourney(deps, 'cart');

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: later + hour });
    expect((await entry()).poke_real).not.toBeNull();
    deps.clock.set(later + hour);
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('a resume that comes while a turn is just holding an armed entry', async () => {
    const deps = await abandoned();
    await pauseJourney(deps, 'cart');
    let resumed: Promise<unknown> = Promise.resolve();
    // As from another request, at the moment when the turn has read that the journey is paused.
    const transaction = store().transaction.bind(store());
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve)).then(() => (resumed = resumeJourney(deps, 'cart')));
    const slow: AppDeps = {
      ...deps,
      store: {
        ...store(),
        transaction: (work) =>
          transaction(async (trx) => {
            const result = await work(trx);
            begin();
            await new Promise((resolve) => setTimeout(resolve, 150));
            return result;
          }),
      },
    };
    await takeTurn(slow, { v: 1, entryId: (await entry()).id, opset }, 'inline');
    await begun;
    await resumed;

    expect((await entry()).poke_real).not.toBeNull();
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('a message that catch-up passed over staying promised', async () => {
    const deps = await abandoned(cartJourney({ catchUp: { kind: 'send_if_within', ms: hour } }));
    await pauseJourney(deps, 'cart');
    // Armed entries are asked at the end of the pause; this one is open and stands at its message.
    await store().db.updateTable('journeys').set({ state: 'active' }).execute();
    await pauseSending(deps, 'email');
    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'reserved', reason: 'paused' }]);
    deps.clock.pass(2 * hour);
    await resumeSending(deps, 'email');
    await turn(deps);

    expect(deps.providers.email.submitted).toEqual([]);
    expect(await messages()).toMatchObject([{ step: 'first', state: 'skipped', reason: 'paused' }]);
    expect(await entry()).toMatchObject({ state: 'open', step: 'wait' });
  });

  test('a resume that pokes all that was held at the same instant', async () => {
    const people = Array.from({ length: 12 }, (_, index) => `person-${index}`);
    const deps = await abandoned(cartJourney(), { people });
    await pauseSending(deps, 'all');
    for (const { id } of await entries()) await turn(deps, id);
    await resumeSending(deps, 'all');

    const pokes = (await entries()).map(({ poke_real }) => poke_real!);
    expect(Math.max(...pokes) - Math.min(...pokes)).toBeGreaterThan(20);
    expect(Math.max(...pokes)).toBeLessThanOrEqual(Date.now() + 12 * 20);
  });

  // ── between the forecast and the commit ──

  test.each([
    ['a kill switch', (deps: TurnDeps) => pauseSending(deps, 'email'), 'hold paused'],
    [
      'a withdrawn consent',
      (deps: TurnDeps) =>
        take(deps, track('Consent Revoked', { channel: 'email', method: 'link', source: 'test' }, { occurredAt: noon + minute })),
      'skip no-consent',
    ],
    ['an order', (deps: TurnDeps) => take(deps, ordered(noon + hour)), null],
  ] as const)('%s that comes after the message was rendered and before it is decided', async (_what, meanwhile, verdict) => {
    const deps = await abandoned(cartJourney(steps(waitStep('wait', 'first', minute), send('first', null))));
    await turn(deps);
    deps.clock.pass(minute);
    const late: TurnDeps = {
      ...deps,
      renderer: {
        render: async (...args) => {
          await meanwhile(deps);
          return deps.renderer.render(...args);
        },
      },
    };
    await takeTurn(late, { v: 1, entryId: (await entry()).id, opset }, 'inline');

    expect(deps.providers.email.submitted).toEqual([]);
    expect(await verdicts()).toEqual(verdict === null ? [] : [verdict]);
  });

  test('looks older than five seconds: they are made again', async () => {
    let asked = 0;
    const findOrder = async () => {
      asked += 1;
      return { kind: 'none' } as const;
    };
    const passed = { ms: 0 };
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passed.ms);
    class Busy extends ChannelSlots {
      override use<T>(lane: 'inline' | 'queue', work: () => Promise<T>): Promise<T | null> {
        // The first message waits for its slot.
        passed.ms ||= 5_001;
        return super.use(lane, work);
      }
    }
    const slots = { email: new Busy({ size: 1, inlineLimit: 9 }), sms: new ChannelSlots({ size: 1, inlineLimit: 9 }) };
    const deps = await abandoned(cartJourney(), { overrides: { orderLookup: { findOrder }, slots } });

    await turn(deps);
    expect(asked).toBe(2);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('a locked turn that trusts looks older than five seconds', async () => {
    const deps = await abandoned();
    const forecast = await forecastSend(deps, (await entry()).id);
    if (forecast.kind !== 'send') throw new Error(`expected a message, got ${forecast.kind}`);
    const { seen } = forecast;
    const decide = (plan: SendPlan) => store().transaction((trx) => runTurn(deps, trx, { seen, plan, settled: null, lane: 'send-here' }));

    expect(await decide({ ...forecast.plan, lookedAt: forecast.plan.lookedAt - 5_001 })).toEqual({ kind: 'again' });
    expect(await messages()).toEqual([]);
    expect(await decide({ ...forecast.plan, lookedAt: performance.now() })).toMatchObject({ kind: 'submit' });
  });

  // ── at the provider ──

  test('a call that would begin more than half a second after it was decided', async () => {
    const deps = await abandoned();
    const outgoing = { kind: 'email', messageId: 'm' } as OutgoingEmail;
    expect(await submitMessage(deps, outgoing, performance.now() - 501)).toMatchObject({ kind: 'not-sent', retry: true });
    expect(deps.providers.email.submitted).toEqual([]);
    expect(await submitMessage(deps, outgoing, performance.now() - 100)).toMatchObject({ kind: 'accepted' });
  });

  test('SIGTERM: no message begins to leave, and it leaves after the restart', async () => {
    let mayBegin = false;
    const deps = await abandoned(cartJourney(), { overrides: { mayBeginSend: () => mayBegin } });
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + hour + 1000 });
    expect(deps.providers.email.submitted).toEqual([]);
    expect((await messages()).filter(({ state }) => state === 'submitting')).toEqual([]);
    expect((await entry()).poke_real).not.toBeNull();

    const draft = { template: { channel: 'email' }, to: '', context: {} } as unknown as Parameters<typeof testSend>[1];
    expect(await testSend(deps, draft)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('shutting down') as string });

    mayBegin = true;
    deps.clock.pass(1000);
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('a live lease waking its entry by the clock of the database, which is not that of the timers', async () => {
    const deps = await abandoned();
    const { ask, asked, give } = openAnswer();
    deps.providers.email.answers = [ask];
    const slow = turn(deps);
    await asked;
    const meanwhile = await turn(deps);
    give(accepted);
    await slow;
    // The real clock of this test stands at noon; that of the database does not.
    expect(meanwhile).toMatchObject({ kind: 'wait' });
    const wakeAt = meanwhile.kind === 'wait' ? (meanwhile.wakeAtReal ?? 0) : 0;
    expect(wakeAt - deps.clock.realNow()).toBeGreaterThan(25_000);
    expect(wakeAt - deps.clock.realNow()).toBeLessThanOrEqual(35_000);
  });

  test('the late “not sent” of an attempt that was given up, while the next one is under way', async () => {
    const deps = await abandoned();
    const [first, second] = [openAnswer(), openAnswer()];
    deps.providers.email.answers = [first.ask, second.ask];
    const slow = turn(deps);
    await first.asked;
    await leaseIsOver();
    deps.clock.pass(minute);
    await turn(deps);
    deps.clock.pass(minute);
    const other = turn(deps);
    await second.asked;
    first.give({ kind: 'not-sent', code: 'begun-too-late', retry: true, retryAfterMs: 0 });
    await slow;
    deps.clock.pass(minute);
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(2);

    second.give(accepted);
    await other;
    expect(await messages()).toMatchObject([{ state: 'accepted', attempts: 2 }]);
  });

  test('a good answer that comes late, while its entry is held', async () => {
    const deps = await abandoned();
    const { ask, asked, give } = openAnswer();
    deps.providers.email.answers = [ask];
    const slow = turn(deps);
    await asked;
    await leaseIsOver();
    await turn(deps);
    await pauseSending(deps, 'email');
    deps.clock.pass(minute);
    await turn(deps);
    expect((await entry()).activity).toBe('held');

    give(accepted);
    await slow;
    expect(await messages()).toMatchObject([{ state: 'accepted' }]);
    expect(await entry()).toMatchObject({ activity: 'waiting', step: 'wait' });
  });

  test('an ambiguous email whose repetition the gate refuses: nobody knows whether it was sent', async () => {
    const deps = await abandoned();
    deps.providers.email.answers = [lost];
    await turn(deps);
    await take(deps, track('Consent Revoked', { channel: 'email', method: 'link', source: 'test' }, { occurredAt: noon + minute }));
    deps.clock.pass(minute);
    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'unknown' }]);
  });

  test('an ambiguous email whose person has another address by now: it does not go to the old one again', async () => {
    const deps = await abandoned();
    deps.providers.email.answers = [lost];
    await turn(deps);
    await take(deps, identify({ email: 'new@example.test' }, { occurredAt: noon + minute }));
    deps.clock.pass(minute);
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect(await messages()).toMatchObject([{ state: 'unknown', attempts: 1 }]);
    expect(await entry()).toMatchObject({ step: 'wait' });
  });

  test('an ambiguous email whose entry ends before it is repeated: nobody knows whether it was sent', async () => {
    const deps = await abandoned();
    deps.providers.email.answers = [lost];
    await turn(deps);
    await take(deps, ordered(noon + hour));
    await turn(deps);
    expect(await entry()).toMatchObject({ outcome: 'converted' });
    expect(await messages()).toMatchObject([{ state: 'unknown' }]);
  });

  test('an ambiguous email whose person moves before it is repeated: it goes on counting, and may have left', async () => {
    const deps = await abandoned(cartJourney(steps(send('first', null, { hours: { opens: 0, closes: 24 * 60 } }))));
    deps.providers.email.answers = [lost];
    await turn(deps);
    await take(deps, identify({ timezone: 'Europe/London' }, { occurredAt: noon + hour }));
    const forecast = await forecastSend(deps, (await entry()).id);
    if (forecast.kind !== 'send') throw new Error(`expected a message, got ${forecast.kind}`);
    const { seen, plan } = forecast;
    const stale = { ...plan, lookedAt: plan.lookedAt - 5_001 };
    expect(await store().transaction((trx) => runTurn(deps, trx, { seen, plan: stale, settled: null, lane: 'send-here' }))).toEqual({
      kind: 'again',
    });
    expect(await messages()).toMatchObject([{ state: 'reserved', attempts: 1 }]);

    await take(deps, ordered(noon + hour));
    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'unknown', attempts: 1 }]);
  });

  test('an ambiguous email that the server then refuses for good being tried again', async () => {
    const deps = await abandoned();
    deps.providers.email.answers = [lost, { kind: 'not-sent', code: 'smtp-550', retry: false, suppress: true }];
    await turn(deps);
    deps.clock.pass(minute);
    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'unknown', attempts: 2 }]);
    expect(await store().db.selectFrom('suppressions').select('channel').execute()).toEqual([{ channel: 'email' }]);
    expect(await entry()).toMatchObject({ step: 'wait' });
  });

  test('a dead address that the person changed during the call: the new one stays good', async () => {
    const deps = await abandoned();
    const { ask, asked, give } = openAnswer();
    deps.providers.email.answers = [ask];
    const under = turn(deps);
    await asked;
    await take(deps, identify({ email: 'new@example.test' }, { occurredAt: noon + minute }));
    give({ kind: 'not-sent', code: 'smtp-550', retry: false, suppress: true });
    await under;
    expect(await messages()).toMatchObject([{ state: 'skipped', reason: 'provider-rejected' }]);
    expect(await store().db.selectFrom('suppressions').select('channel').execute()).toEqual([]);
  });

  test('an input that comes while an ambiguous text waits to be asked after', async () => {
    const journey = cartJourney({
      ...steps(
        send('text', 'listen', { channel: 'sms', template: 'text' }),
        {
          kind: 'wait_until',
          id: 'listen',
          branches: [{ id: 'replied', event: 'message.replied', match: 'profile', where: null, next: null }],
          timeoutMs: day,
          onTimeout: 'second',
          lookback: 'since_entry',
        } as never,
        send('second', null),
      ),
    });
    // The look at the shop takes so long that the instant of asking passes between the forecast and the lock.
    let lookTakes = 0;
    const findOrder = async () => {
      deps.clock.pass(lookTakes);
      return { kind: 'none' } as const;
    };
    const deps: TurnDeps = await abandoned(journey, { overrides: { orderLookup: { findOrder } } });
    deps.providers.sms.answers = [lost];
    Object.assign(deps.providers.sms, { findMessage: async () => ({ kind: 'absent' }) });
    await turn(deps);
    const { id } = await entry();
    await store()
      .db.insertInto('entry_inputs')
      .values({
        entry_id: id,
        input: JSON.stringify({
          kind: 'fact',
          name: 'message.replied',
          at: noon + hour + 1,
          eventId: 'reply',
          cartId: null,
          profileMatch: true,
          cartMatch: false,
          properties: {},
        }),
        created_at: noon + hour,
        consumed_at: null,
      })
      .execute();
    deps.clock.pass(minute);
    lookTakes = minute;
    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
  });

  test('a message of an entry that ended, and a test message, submitting for ever', async () => {
    const deps = await abandoned();
    const { ask, asked, give } = openAnswer();
    deps.providers.email.answers = [ask];
    const slow = turn(deps);
    await asked;
    await leaseIsOver();
    expect(await settleExpiredAttempts(deps), 'an open entry looks at its own').toBe(0);
    await store().db.updateTable('entries').set({ state: 'finished', outcome: 'superseded' }).execute();
    expect(await settleExpiredAttempts(deps)).toBe(1);
    expect(await messages()).toMatchObject([{ state: 'unknown', lease_real: null }]);

    give(accepted);
    await slow;
    expect(await messages()).toMatchObject([{ state: 'accepted' }]);
  });

  // ── pokes, time, caps, slots ──

  test('an input and a turn that cross: it is consumed, or the entry is due for a poke', async () => {
    const deps = await abandoned();
    await turn(deps);
    for (let round = 0; round < 10; round += 1) {
      const [, id] = [round, (await entry()).id];
      deps.clock.pass(minute);
      await Promise.all([
        turn(deps, id),
        take(
          deps,
          track(
            'Order Completed',
            { order_id: `o-${round}`, cart_id: 'cart-ada', total: 1 },
            { userId: `guest-${round}`, occurredAt: noon + 2 * hour },
          ),
        ),
      ]);
      const open = await store().db.selectFrom('entry_inputs').select('seq').where('consumed_at', 'is', null).execute();
      const { poke_real, state } = await entry();
      if (open.length > 0) expect(poke_real).toBeLessThanOrEqual(Date.now() + 1000);
      else expect(state).toBe('finished');
    }
  });

  test('what postpones costing Temporal a call: the poke stays where it was', async () => {
    const deps = await abandoned();
    const poke = Date.now() + day;
    await store().db.updateTable('entries').set({ poke_real: poke }).execute();
    const at = { userId: 'ada', occurredAt: noon + 30 * minute, receivedAt: noon + 30 * minute };
    await take(deps, track('Product Added', { ...mug, product_id: 'tray', cart_id: 'cart-ada' }, at));
    expect(await entry()).toMatchObject({ due_at: noon + 90 * minute, poke_real: poke });
  });

  test('a turn that comes a moment early: it waits in place', async () => {
    const deps = await abandoned();
    deps.clock.set(noon + hour - 150);
    setTimeout(() => deps.clock.set(noon + hour), 100);
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 25 * hour });
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('a turn deciding at an instant before the last one of the person', async () => {
    const deps = await abandoned();
    await turn(deps);
    const { arrivedAt } = (await entry()).data as { arrivedAt: number };
    expect(arrivedAt).toBe(noon + hour);
    // The clock of another machine is behind.
    deps.clock.set(noon + hour - minute);
    await take(deps, ordered(noon + hour + 1));
    await turn(deps);
    expect((await entry()).finished_at).toBeGreaterThanOrEqual(noon + hour);
  });

  test('the sped-up clock going back over a restart, or over a crash before it could be saved', async () => {
    let real = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => real);
    const first = await startServiceClock(store(), { rate: 3600, startAt: noon });
    // Ten seconds in which nothing can be written, then a crash: it must not have shown more than what was written ahead of use.
    real += 10_000;
    const seen = first.clock.now();
    expect(seen).toBeGreaterThan(noon);
    const second = await startServiceClock(store(), { rate: 3600, startAt: noon });
    expect(second.clock.now()).toBeGreaterThanOrEqual(seen);
    await first.stop();
    await second.stop();
    const third = await startServiceClock(store(), { rate: 3600, startAt: null });
    expect(third.clock.now()).toBeGreaterThanOrEqual(second.clock.now());
    await third.stop();
  });

  test('more messages than the cap allows when many entries of one person come due together', async () => {
    const journey = cartJourney({ entry: { ...cartJourney().entry, concurrency: 'parallel', reentry: { kind: 'always' } } });
    const deps = await abandoned(journey);
    const twoAWeek = parsePolicy(
      'caps',
      'policy: caps\nrules:\n  - { id: email-7d, channels: [email], window: P7D, limit: 2 }\n  - { id: sms-7d, channels: [sms], window: P7D, limit: 2 }\n',
    );
    if (twoAWeek.kind === 'invalid') throw new Error('The caps of this test are wrong.');
    const policies = { ...shippedPolicies(), caps: { version: 1, ...twoAWeek.definition } };
    for (let n = 0; n < 7; n += 1)
      await take(deps, track('Product Added', { ...mug, product_id: `only-${n}`, cart_id: `cart-${n}` }, { userId: 'ada' }));
    const capped: TurnDeps = { ...deps, policies: { current: () => policies } };
    const ids = (await entries()).map(({ id }) => id);
    expect(ids).toHaveLength(8);
    await Promise.all(ids.map((id) => turn(capped, id)));

    expect((await messages()).filter(({ state }) => state === 'accepted')).toHaveLength(2);
    expect(deps.providers.email.submitted).toHaveLength(2);
  });

  test('a promised slot that an ended entry keeps', async () => {
    const deps = await abandoned();
    deps.providers.email.answers = [{ kind: 'not-sent', code: '451', retry: true }];
    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'reserved' }]);
    await take(deps, ordered(noon + hour));
    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'released' }]);
  });

  test('more calls at once than the pool has connections, and leases that begin while waiting for one', async () => {
    const people = ['ada', 'bea', 'cleo', 'dora'];
    const slots = { email: new ChannelSlots({ size: 2, inlineLimit: 50 }), sms: new ChannelSlots({ size: 1, inlineLimit: 50 }) };
    const deps = await abandoned(cartJourney(), { people, overrides: { slots } });
    const calls = people.map(() => openAnswer());
    deps.providers.email.answers = calls.map(({ ask }) => ask);
    const turns = (await entries()).map(({ id }) => turn(deps, id));
    await Promise.all([calls[0]!.asked, calls[1]!.asked]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(deps.providers.email.submitted).toHaveLength(2);
    expect((await messages()).filter(({ state }) => state === 'submitting')).toHaveLength(2);

    for (const { give } of calls) give(accepted);
    await Promise.all(turns);
    expect(deps.providers.email.submitted).toHaveLength(4);
  });

  test.each([
    ['too many are under way inline', (slots: ChannelSlots) => void slots.use('inline', () => new Promise(() => {}))],
    [
      'its breaker is open',
      (slots: ChannelSlots) => {
        for (let n = 0; n < 5; n += 1) slots.recordOutcome(false, noon + hour);
      },
    ],
  ])('slow sends holding up everybody: over the queue when %s', async (_when, prepare) => {
    const slots = { email: new ChannelSlots({ size: 5, inlineLimit: 1 }), sms: new ChannelSlots({ size: 1, inlineLimit: 1 }) };
    const deps = await abandoned(cartJourney(), { overrides: { slots } });
    prepare(slots.email);
    expect(await turn(deps)).toMatchObject({ kind: 'queued', channel: 'email' });
    expect(deps.providers.email.submitted).toEqual([]);
  });
});
