import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChannelSlots } from '../../../src/app/messages/channel-slots.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { AttemptOutcome } from '../../../src/domain/messages/message.js';
import { hour } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a provider with one connection, and two people to write to', (store) => {
  beforeEach(() => resetTables(store()));
  afterEach(() => vi.restoreAllMocks());

  /** The first person's email is at the provider, and stays there until `answer` is called. */
  async function oneAtTheProvider(patience: { inline: number; queue: number }) {
    const slots = () => new ChannelSlots({ size: 1, inlineLimit: 50, patience });
    const deps = turnDeps(store(), { slots: { email: slots(), sms: slots() } });
    await publish(store(), cartJourney());
    for (const userId of ['ada', 'bob'])
      await take(
        deps,
        identify({ email: `${userId}@example.test` }, { userId }),
        track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId }),
        track('Product Added', { cart_id: userId, product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }, { userId }),
      );
    deps.clock.pass(hour);
    const [first = '', second = ''] = (
      await store().db.selectFrom('entries').select('id').orderBy('created_at').orderBy('id').execute()
    ).map(({ id }) => id);
    let answer = (_outcome: AttemptOutcome): void => {};
    deps.providers.email.answers = [() => new Promise<AttemptOutcome>((resolve) => (answer = resolve))];
    const slow = turn(deps, first, 'inline');
    await expect.poll(() => deps.providers.email.submitted.length).toBe(1);
    return {
      deps,
      second,
      answer: async () => {
        answer({ kind: 'accepted', providerId: 'slow' });
        await slow;
      },
    };
  }
  const turn = (deps: TurnDeps, entryId: string, lane: 'inline' | 'queue') => takeTurn(deps, { v: 1, entryId, opset }, lane);

  test('hands the second to the queue soon, and there it leaves when the connection is free', async () => {
    const { deps, second, answer } = await oneAtTheProvider({ inline: 20, queue: 10_000 });

    expect(await turn(deps, second, 'inline')).toMatchObject({ kind: 'queued', channel: 'email' });
    const queued = turn(deps, second, 'queue');
    await answer();
    expect(await queued).toMatchObject({ kind: 'wait' });
    expect(deps.providers.email.submitted).toHaveLength(2);
  });

  test('lets the second look at what arrived when its patience ends on the queue, and queue up again', async () => {
    const { deps, second, answer } = await oneAtTheProvider({ inline: 20, queue: 20 });
    expect(await turn(deps, second, 'queue')).toMatchObject({ kind: 'queued' });
    await take(deps, track('Order Completed', { order_id: 'o1', cart_id: 'bob', total: 30, currency: 'GBP' }, { userId: 'bob' }));

    expect(await turn(deps, second, 'queue')).toMatchObject({ kind: 'finished' });
    await answer();
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('sends the second in its turn though its looks grew old while it waited', async () => {
    const { deps, second, answer } = await oneAtTheProvider({ inline: 20, queue: 10_000 });
    let passedMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
    const queued = turn(deps, second, 'queue');
    await new Promise((resolve) => setTimeout(resolve, 200));
    passedMs = 20_000;
    await answer();

    expect(await queued).toMatchObject({ kind: 'wait' });
    expect(deps.providers.email.submitted).toHaveLength(2);
  });
});
