import { beforeEach, expect, test } from 'vitest';
import type { AppDeps } from '../../../src/app/deps.js';
import { explainMessage } from '../../../src/app/messages/explain-message.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { hour, minute } from '../../../src/domain/time/instant.js';
import type { Step } from '../../../src/journey/definition.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a turn', (store) => {
  beforeEach(() => resetTables(store()));

  const added = (more: Record<string, unknown> = {}) =>
    track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP', ...more });
  const ordered = (more: Record<string, unknown> = {}, at = noon) =>
    track('Order Completed', { order_id: 'o1', cart_id: 'c1', total: 30, currency: 'GBP', ...more }, { occurredAt: at });

  /** Ada, known and consenting, filled a cart at noon. */
  async function abandonedCart(overrides: Partial<AppDeps> = {}, journey = cartJourney()): Promise<TurnDeps> {
    const deps = turnDeps(store(), overrides);
    await publish(store(), journey);
    await take(
      deps,
      identify({ email: 'ada@example.test', phone: '+447700900123' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
      added(),
    );
    deps.clock.set(noon + hour);
    return deps;
  }
  const entry = () => store().db.selectFrom('entries').selectAll().executeTakeFirstOrThrow();
  const messages = () =>
    store().db.selectFrom('messages').select(['id', 'step', 'state', 'reason', 'attempts', 'slot_at']).orderBy('created_at').execute();
  const verdicts = () => store().db.selectFrom('verdicts').select(['decision', 'reason']).orderBy('seq').execute();
  const turn = async (deps: TurnDeps, lane: 'inline' | 'queue' = 'inline') =>
    takeTurn(deps, { v: 1, entryId: (await entry()).id, opset }, lane);

  test('sends at the idle instant, waits a day and sends again', async () => {
    const deps = await abandonedCart();

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 25 * hour });
    expect(deps.providers.email.submitted).toMatchObject([{ to: { address: 'ada@example.test' }, text: 'Mug' }]);
    expect(await entry()).toMatchObject({ state: 'open', version: 1, activity: 'waiting', due_at: noon + 25 * hour });

    deps.clock.set(noon + 25 * hour);
    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(await messages()).toMatchObject([
      { step: 'first', state: 'accepted', attempts: 1 },
      { step: 'second', state: 'accepted', attempts: 1 },
    ]);
    expect(await entry()).toMatchObject({ state: 'finished', outcome: 'completed', poke_real: null });
  });

  test('answers the same as often as it is asked, and sends once', async () => {
    const deps = await abandonedCart();

    const answers = [await turn(deps), await turn(deps), await turn(deps)];
    expect(new Set(answers.map((answer) => answer.kind))).toEqual(new Set(['wait']));
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('sends once when several runs take the turn at the same time', async () => {
    const deps = await abandonedCart();

    await Promise.all([turn(deps), turn(deps), turn(deps), turn(deps)]);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('waits on when the cart was touched again, without a message', async () => {
    const deps = await abandonedCart();
    deps.clock.set(noon + 30 * minute);
    await take(
      deps,
      track(
        'Product Added',
        { cart_id: 'c1', product_id: 'p2', name: 'Tray', price: 5, currency: 'GBP' },
        { occurredAt: noon + 30 * minute, receivedAt: noon + 30 * minute },
      ),
    );
    deps.clock.set(noon + hour);

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + 90 * minute });
    expect(deps.providers.email.submitted).toHaveLength(0);
  });

  test('does not enter who has ordered, and says so', async () => {
    const deps = await abandonedCart();
    await take(deps, ordered({}, noon + hour - 200));

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(await entry()).toMatchObject({ state: 'finished', outcome: 'not-entered', outcome_reason: 'ordered' });
    expect(deps.providers.email.submitted).toHaveLength(0);
  });

  test('ends at an order during the wait, and counts it as converted', async () => {
    const deps = await abandonedCart();
    await turn(deps);
    deps.clock.pass(hour);
    await take(deps, ordered({}, noon + 2 * hour));
    expect((await entry()).poke_real).toBeLessThanOrEqual(Date.now());

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(await entry()).toMatchObject({ outcome: 'converted' });
    expect(await store().db.selectFrom('waits').selectAll().execute()).toEqual([]);
  });

  test('ends when another person orders the same cart', async () => {
    const deps = await abandonedCart();
    await turn(deps);
    deps.clock.pass(hour);
    await take(
      deps,
      track(
        'Order Completed',
        { order_id: 'o1', cart_id: 'c1', total: 30, currency: 'GBP' },
        { userId: 'ada-at-work', occurredAt: noon + 2 * hour },
      ),
    );

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect((await entry()).outcome).toBe('converted');
  });

  test('sees an exit that came while the provider was being called', async () => {
    const deps = await abandonedCart();
    deps.providers.email.answers = [
      async () => {
        await take(deps, ordered({}, noon + hour));
        return { kind: 'accepted', providerId: 'late' };
      },
    ];

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(await entry()).toMatchObject({ outcome: 'converted' });
    expect(await messages()).toMatchObject([{ step: 'first', state: 'accepted' }]);
  });

  test('skips without consent and goes on with the journey', async () => {
    const deps = await abandonedCart();
    await take(deps, track('Consent Revoked', { channel: 'email', method: 'link', source: 'test' }, { occurredAt: noon + minute }));

    expect(await turn(deps)).toMatchObject({ kind: 'wait' });
    expect(await messages()).toMatchObject([{ step: 'first', state: 'skipped', reason: 'no-consent' }]);
    expect(await verdicts()).toEqual([{ decision: 'skip', reason: 'no-consent' }]);
  });

  test.each([
    ['skipped', true],
    ['sent', false],
  ] as const)('a split right after a send knows that it was %s', async (status, withoutConsent) => {
    const branch = { id: 'told', when: { kind: 'message', step: 'first', status }, next: 'text' } as const;
    const steps = [
      send('first', 'split'),
      { kind: 'split', id: 'split', branches: [branch], next: null },
      send('text', null, { channel: 'sms' }),
    ] as Step[];
    const deps = await abandonedCart({}, cartJourney({ steps: Object.fromEntries(steps.map((step) => [step.id, step])) }));
    if (withoutConsent)
      await take(deps, track('Consent Revoked', { channel: 'email', method: 'link', source: 'test' }, { occurredAt: noon + minute }));

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(await messages()).toMatchObject([
      { step: 'first', state: withoutConsent ? 'skipped' : 'accepted' },
      { step: 'text', state: 'accepted' },
    ]);
  });

  test('tries again after a passing rejection, through the whole gate', async () => {
    const deps = await abandonedCart();
    deps.providers.email.answers = [{ kind: 'not-sent', code: '451', retry: true }];

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + hour + 1000 });
    expect(await messages()).toMatchObject([{ state: 'reserved', reason: 'provider-rejected', attempts: 1 }]);

    deps.clock.pass(1000);
    expect(await turn(deps)).toMatchObject({ kind: 'queued', channel: 'email' });
    expect(await turn(deps, 'queue')).toMatchObject({ kind: 'wait' });
    expect(await messages()).toMatchObject([{ state: 'accepted', attempts: 2 }]);
    expect(await verdicts()).toEqual([
      { decision: 'send', reason: null },
      { decision: 'defer', reason: 'provider-rejected' },
      { decision: 'send', reason: null },
    ]);
  });

  test('gives up a message that is rejected for good, and suppresses a dead address', async () => {
    const deps = await abandonedCart();
    const said = { host: 'mx.shop.example:25', reply: '550 5.1.1 <…> is unknown here' };
    deps.providers.email.answers = [{ kind: 'not-sent', code: '550', retry: false, suppress: true, said }];

    expect(await turn(deps)).toMatchObject({ kind: 'wait' });
    expect(await messages()).toMatchObject([{ state: 'skipped', reason: 'provider-rejected' }]);
    const why = await explainMessage(deps, (await messages())[0]?.id ?? '');
    expect(why?.attemptsMade, 'which host answered, and in what words').toMatchObject([{ outcome: 'not-sent', code: '550', ...said }]);
    expect(await store().db.selectFrom('suppressions').select(['channel', 'reason']).execute()).toEqual([
      { channel: 'email', reason: 'bounced' },
    ]);

    deps.clock.set(noon + 26 * hour);
    await turn(deps);
    expect((await messages())[1]).toMatchObject({ step: 'second', state: 'skipped', reason: 'suppressed' });
  });

  test('repeats an ambiguous email once, under the same id, and then reports it unknown', async () => {
    const deps = await abandonedCart();
    deps.providers.email.answers = [
      { kind: 'unknown', code: 'reset' },
      { kind: 'unknown', code: 'reset' },
    ];

    await turn(deps);
    const told = async () => (await explainMessage(deps, (await messages())[0]?.id ?? ''))?.sentence;
    expect(await told()).toMatch(
      /^Waits: no answer came, and it may have arrived; the same email is sent once more under the same id Tue 24 Nov /,
    );
    deps.clock.pass(1000);
    await turn(deps);
    expect(await told()).toMatch(/^Unknown: /);
    const [first, second] = deps.providers.email.submitted;
    expect(second).toEqual(first);
    expect(await messages()).toMatchObject([{ state: 'unknown', attempts: 2 }]);
    expect(await entry()).toMatchObject({ state: 'open', step: 'wait' });
  });

  test('does not repeat an ambiguous email whose template says at most once', async () => {
    const deps = await abandonedCart({}, cartJourney({ steps: { first: send('first', null, { template: 'once-only' }) } as never }));
    deps.providers.email.answers = [{ kind: 'unknown', code: 'reset' }];

    await turn(deps);
    expect(await messages()).toMatchObject([{ state: 'unknown', attempts: 1 }]);
  });

  test('leaves a message alone while its lease lives, and resolves it when the lease has ended', async () => {
    const deps = await abandonedCart();
    let answer: (outcome: { kind: 'accepted'; providerId: string }) => void = () => {};
    deps.providers.email.answers = [() => new Promise((resolve) => (answer = resolve))];
    const slow = turn(deps);
    await expect.poll(async () => (await entry()).activity).toBe('submitting');

    const meanwhile = await turn(deps);
    expect(meanwhile).toMatchObject({ kind: 'wait' });
    expect(deps.providers.email.submitted).toHaveLength(1);

    await store().db.updateTable('messages').set({ lease_real: 1 }).execute();
    deps.clock.pass(minute);
    await turn(deps);
    deps.clock.pass(minute);
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(2);

    answer({ kind: 'accepted', providerId: 'late' });
    await slow;
    expect(await messages()).toMatchObject([{ state: 'accepted', attempts: 2 }]);
    expect(await entry()).toMatchObject({ state: 'open', step: 'wait' });
  });

  test('never sends an ambiguous text again: it waits, asks the provider, and reports what is known', async () => {
    const text = cartJourney({ steps: { first: send('first', null, { channel: 'sms', template: 'text' }) } as never });
    const deps = await abandonedCart({}, text);
    deps.providers.sms.answers = [{ kind: 'unknown', code: 'reset' }];
    const asked: string[] = [];
    Object.assign(deps.providers.sms, {
      findMessage: async ({ messageId }: { messageId: string }) => (asked.push(messageId), { kind: 'absent' }),
    });

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + hour + 2 * minute });
    deps.clock.pass(2 * minute);
    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(asked).toHaveLength(1);
    expect(deps.providers.sms.submitted).toHaveLength(1);
    expect(await messages()).toMatchObject([{ state: 'unknown' }]);
  });

  test('sends nothing when the shop itself knows of an order', async () => {
    const deps = await abandonedCart({ orderLookup: { findOrder: async () => ({ kind: 'found', orderedAt: noon + 10 * minute }) } });

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(deps.providers.email.submitted).toHaveLength(0);
    expect((await entry()).outcome).toBe('converted');
  });

  test('asks the shop again three times when it does not answer, then sends the email', async () => {
    const deps = await abandonedCart({ orderLookup: { findOrder: async () => ({ kind: 'failed', code: 'timeout' }) } });

    for (let time = 0; time < 3; time += 1) {
      await turn(deps);
      expect(deps.providers.email.submitted).toHaveLength(0);
      deps.clock.pass(5 * minute);
    }
    await turn(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('holds while all sending is paused, and an order still ends the journey', async () => {
    const deps = await abandonedCart();
    await store()
      .db.insertInto('controls')
      .values({ key: 'pause:all', value: JSON.stringify({ since: noon }), updated_at: noon })
      .execute();

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: null });
    expect(await entry()).toMatchObject({ activity: 'held', poke_real: null });
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: null });
    expect(await verdicts()).toEqual([{ decision: 'hold', reason: 'paused' }]);

    await take(deps, ordered({}, noon + hour));
    expect((await entry()).poke_real).not.toBeNull();
    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
  });

  test('says over the channel’s queue where a rate is set', async () => {
    const deps = await abandonedCart({ ratedChannels: new Set(['email'] as const) });

    expect(await turn(deps)).toEqual({ kind: 'queued', channel: 'email', summary: 'first · email' });
    expect(await entry()).toMatchObject({ activity: 'queued' });
    expect(await turn(deps, 'queue')).toMatchObject({ kind: 'wait' });
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('renders what is in the cart when it sends', async () => {
    const deps = await abandonedCart();
    await turn(deps);
    deps.clock.pass(hour);
    const at = { occurredAt: noon + 2 * hour, receivedAt: noon + 2 * hour };
    await take(
      deps,
      track('Product Added', { cart_id: 'c1', product_id: 'p2', name: 'Tray', price: 5, currency: 'GBP' }, at),
      track('Product Removed', { cart_id: 'c1', product_id: 'p1' }, at),
    );
    deps.clock.set(noon + 26 * hour);
    await turn(deps);
    expect(deps.providers.email.submitted.map(({ text }) => text)).toEqual(['Mug', 'Tray']);
  });

  test('costs a fixed number of statements', async () => {
    const deps = await abandonedCart();

    expect((await countStatements(store(), () => turn(deps))).length).toBe(13);
  });

  test('a turn for an entry that is not there is finished', async () => {
    expect(await takeTurn(turnDeps(store()), { v: 1, entryId: 'nobody', opset }, 'inline')).toEqual({
      kind: 'finished',
      outcome: 'unknown-entry',
    });
  });
});
