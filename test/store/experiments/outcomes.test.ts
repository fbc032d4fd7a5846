import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { settleOutcomes } from '../../../src/app/experiments/settle-outcomes.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { experimentOf, putExperimentInForce } from '../../support/experiments.js';
import { turn } from '../../support/reminded.js';
import { alias, identify, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const journey = definitionOf(
  trialJourney({ steps: '\n  - experiment: { run: trial, arms: [{ arm: none }, { arm: offer }] }\n  - wait: { for: P1D }' }),
);

describeOnBothStores('what people in an experiment did', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await publish(store(), journey);
    await putExperimentInForce(store(), { version: 1, definition: experimentOf() });
    for (const userId of ['ada', 'bob']) await take(deps, identify({ email: `${userId}@example.test` }, { userId }));
  });

  const enter = async (userId: string): Promise<void> => {
    await take(deps, track('Quiz Finished', {}, { userId, occurredAt: deps.clock.now() }));
    const open = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').execute();
    for (const { id } of open) await turn(deps, id);
    deps.clock.pass(hour);
  };
  const order = (orderId: string, more: Record<string, unknown> = {}, userId = 'ada') =>
    take(
      deps,
      track(
        'Order Completed',
        { order_id: orderId, total: 40, currency: deps.shop.currency, ...more },
        { userId, occurredAt: deps.clock.now() },
      ),
    );
  const tell = (name: string, properties: Record<string, unknown>, userId = 'ada') =>
    take(deps, track(name, properties, { userId, occurredAt: deps.clock.now() }));
  const outcomes = async () => {
    await settleOutcomes(deps);
    const { rows } = await sql<
      Record<string, unknown>
    >`select orders, net::int as net, refunded, unsubscribed, complained, stopped from exposures
      order by seq`.execute(store().db);
    return rows;
  };
  const nothing = { orders: 0, net: 0, refunded: 0, unsubscribed: false, complained: false, stopped: false };

  test('counts from the moment that they came to the step, to the end of their window', async () => {
    await order('before');
    deps.clock.pass(hour);
    await enter('ada');
    await order('within');
    deps.clock.pass(8 * day);
    await order('after');
    expect(await outcomes()).toEqual([{ ...nothing, orders: 1, net: 40_000 }]);
  });

  test('is restated by a refund, a cancellation and an order that comes late', async () => {
    await enter('ada');
    const then = deps.clock.now();
    await order('one');
    await order('two', { total: 60 });
    expect(await outcomes()).toEqual([{ ...nothing, orders: 2, net: 100_000 }]);

    deps.clock.pass(20 * day);
    await tell('Order Refunded', { order_id: 'one', refund_amount: 15 });
    expect(await outcomes()).toEqual([{ ...nothing, orders: 2, net: 85_000, refunded: 1 }]);
    await tell('Order Cancelled', { order_id: 'two' });
    expect(await outcomes()).toEqual([{ ...nothing, orders: 1, net: 25_000, refunded: 1 }]);

    const late = { order_id: 'three', total: 10, currency: deps.shop.currency };
    await take(deps, track('Order Completed', late, { userId: 'ada', occurredAt: then, receivedAt: deps.clock.now(), origin: 'import' }));
    expect(await outcomes()).toEqual([{ ...nothing, orders: 2, net: 35_000, refunded: 1 }]);
  });

  test('has harms by their channel', async () => {
    await enter('ada');
    await enter('bob');
    await tell('Consent Revoked', { channel: 'email', method: 'form', source: 'test' });
    await tell('Consent Revoked', { channel: 'sms', method: 'form', source: 'test' }, 'bob');
    expect(await outcomes()).toEqual([
      { ...nothing, unsubscribed: true },
      { ...nothing, stopped: true },
    ]);
  });

  test('counts an order in another currency, and not its amount', async () => {
    await enter('ada');
    await order('one', { currency: 'JPY', total: 9_000 });
    expect(await outcomes()).toEqual([{ ...nothing, orders: 1 }]);
  });

  test('follows a person who becomes one with another', async () => {
    await enter('ada');
    await order('of-bob', {}, 'bob');
    expect(await outcomes()).toEqual([nothing]);
    await take(deps, alias('bob', 'ada'));
    expect(await outcomes()).toEqual([{ ...nothing, orders: 1, net: 40_000 }]);
  });

  test('is worked out for people of experiments alone, and once', async () => {
    await order('one', {}, 'bob');
    await enter('ada');
    await order('two');
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from outcome_reviews`.execute(store().db);
    expect(rows).toEqual([{ n: 1 }]);
    expect(await settleOutcomes(deps)).toBeGreaterThan(0);
    expect(await settleOutcomes(deps)).toBe(0);
  });
});
