import { beforeEach, expect, test } from 'vitest';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { hour } from '../../../src/domain/time/instant.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import { parseJourney } from '../../../src/journey/parse.js';
import { turn } from '../../support/reminded.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const checkIn = parseJourney(
  `journey: check-in
name: Check-in
class: marketing
topic: newsletter
trigger: { event: { name: order.paid } }
entry: { key: order, reentry: always, concurrency: parallel }
exits:
  - { on: order.refunded, match: key }
steps:
  - wait_until:
      branches:
        - { id: cancelled, on: order.cancelled, match: key, steps: [{ exit: { outcome: exited, reason: cancelled } }] }
      timeout: P3D
`,
  {},
);

describeOnBothStores('entries keyed by order', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    if (checkIn.kind === 'invalid') throw new Error(JSON.stringify(checkIn.problems));
    await publish(store(), checkIn.definition);
    await take(deps, identify({ email: 'ada@example.test' }), order('Order Completed', 'A'), order('Order Completed', 'B'));
    await turns();
  });

  const order = (name: string, id: string, userId = 'ada') => track(name, { order_id: id, total: 20, currency: 'GBP' }, { userId });
  const entries = () =>
    store()
      .db.selectFrom('entries')
      .select(['id', 'entry_key', 'state', 'outcome_reason'])
      .orderBy('created_at')
      .orderBy('entry_key')
      .execute();
  const turns = async () => {
    for (const { id } of await entries()) await turn(deps, id);
  };
  const stand = async () => (await entries()).map(({ entry_key, outcome_reason, state }) => [entry_key, outcome_reason ?? state]);

  test('each order has its own, and what happens to one says nothing to the other', async () => {
    expect(await stand()).toEqual([
      ['A', 'open'],
      ['B', 'open'],
    ]);

    await take(deps, order('Order Refunded', 'A'));
    await turns();
    expect(await stand()).toEqual([
      ['A', 'order-refunded'],
      ['B', 'open'],
    ]);

    // Also a branch of a wait; and one that names no order is about none.
    await take(deps, order('Order Cancelled', 'C'), track('Order Refunded', { total: 20 }), order('Order Cancelled', 'B'));
    await turns();
    expect(await stand()).toEqual([
      ['A', 'order-refunded'],
      ['B', 'cancelled'],
    ]);
  });

  test('hear of their order by whoever tells of it', async () => {
    await take(deps, order('Order Refunded', 'B', 'bea'));
    await turns();

    expect(await stand()).toEqual([
      ['A', 'open'],
      ['B', 'order-refunded'],
    ]);
  });

  test('hear after a merge only what happened to their order', async () => {
    // Another self of Ada was refunded A before anybody knew that they are one; the wait by order heard it at once, the one by person does
    // after.
    await take(deps, identify({ city: 'Paris' }, { userId: 'other' }));
    await take(deps, order('Order Cancelled', 'B', 'other'));
    await take(deps, alias('other', 'ada', { occurredAt: noon + hour }));
    await turns();

    expect(await stand()).toEqual([
      ['A', 'open'],
      ['B', 'cancelled'],
    ]);
  });

  test('an erasure leaves no number of an order in what they wait for', async () => {
    const { profile_id: ada } = await store().db.selectFrom('entries').select('profile_id').executeTakeFirstOrThrow();
    expect(await store().db.selectFrom('waits').select('by_value').where('by_kind', '=', 'order').execute()).not.toEqual([]);
    await eraseProfile(deps, ada as ProfileId);

    expect(await store().db.selectFrom('waits').select('by_value').where('by_kind', '=', 'order').execute()).toEqual([]);
  });
});
