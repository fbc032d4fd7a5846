import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import type { KnownOrders } from '../../../src/domain/orders/known-order.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import type { Need } from '../../../src/journey/knowledge.js';
import { askedOf, knownInMemory, readKnown, selectKnown } from '../../../src/knowledge/load.js';
import { hearFrom } from '../../../src/simulator/memory/ingest.js';
import { Tables } from '../../../src/simulator/memory/tables.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

const ids = fc.constantFrom('o-1', 'o-2');
const products = fc.array(
  fc.record({
    product_id: fc.constantFrom('mug', 'cup'),
    price: fc.integer({ min: 0, max: 9 }),
    quantity: fc.integer({ min: 1, max: 3 }),
    cost: fc.constantFrom(undefined, 2),
  }),
  { maxLength: 2 },
);
const updated_at = fc.constantFrom(undefined, '2026-11-24T11:00:00Z', '2026-11-24T12:30:00Z');
const properties = fc.record({
  order_id: ids,
  total: fc.constantFrom(undefined, 10, 20),
  currency: fc.constantFrom('EUR', undefined),
  discount: fc.constantFrom(undefined, 3),
  coupon: fc.constantFrom(undefined, 'A', 'B'),
  test: fc.constantFrom(undefined, true, false),
  products: fc.oneof(fc.constant(undefined), products),
  updated_at,
});
const refund = fc.record({
  order_id: ids,
  refund_id: fc.constantFrom('r', 's'),
  amount: fc.constantFrom(undefined, 4),
  products,
  updated_at,
});
const shipment = fc.record({
  order_id: ids,
  shipment_id: fc.constantFrom('x', 'y'),
  promised_at: fc.constantFrom(undefined, '2026-11-26'),
});
const sentBack = fc.record({ order_id: ids, products, updated_at });
const told = fc.oneof(
  fc.tuple(fc.constantFrom('Order Placed', 'Order Completed', 'Order Updated', 'Order Cancelled'), properties),
  fc.tuple(fc.constant('Order Refunded'), refund),
  fc.tuple(fc.constantFrom('Shipment Created', 'Shipment Exception', 'Shipment Delivered'), shipment),
  fc.tuple(fc.constantFrom('Return Opened', 'Return Closed'), sentBack),
);
const histories = fc
  .array(fc.tuple(told, fc.integer({ min: 0, max: 3 }), fc.constantFrom('ada', 'bea')), { minLength: 1, maxLength: 9 })
  .map((all) => all.map(([[name, said], minute, userId], index) => eventAt(name, said, { minute, userId, index })));
const arrivals = histories.chain((history) =>
  fc.tuple(fc.constant(history), fc.shuffledSubarray([...history, ...history], { minLength: 2 * history.length })),
);

function eventAt(
  name: string,
  said: Record<string, unknown>,
  { minute, userId, index }: { readonly minute: number; readonly userId: string; readonly index: number },
): IncomingEvent {
  return track(name, said, { occurredAt: noon + minute, receivedAt: noon + 60_000, userId, messageId: `e${index}` });
}

describeOnBothStores('orders of the store', (store) => {
  let deps: TurnDeps;
  beforeEach(() => {
    deps = turnDeps(store());
  });

  const told = async (events: readonly IncomingEvent[]) => {
    await resetTables(store());
    for (const event of events) await take(deps, event);
    const owner = sql`(select value from identities i where i.profile_id = o.profile_id limit 1)`;
    const { rows } = await sql<Record<string, unknown>>`select to_jsonb(o) - 'profile_id' - 'cart_id' as told, ${owner} as owner,
      (select json_agg(to_jsonb(l) order by l.product_id) from order_lines l where l.order_id = o.order_id) as lines
      from orders o order by order_id`.execute(store().db);
    return rows;
  };

  const need: Need = { of: 'orders', lines: true };
  const asked = askedOf([need], noon);
  const known = async (userId: string): Promise<KnownOrders | undefined> => {
    const { rows } = await sql<{ known: Record<string, unknown> }>`
      with inbox as (select null::text as id where false) select ${selectKnown(asked, { entryId: null, profileId: sql`p.id` })} as known
      from profiles p where p.id = (select profile_id from identities where value = ${userId})`.execute(store().db);
    return rows[0] === undefined ? undefined : readKnown(asked, rows[0].known).orders;
  };

  const inMemory = (events: readonly IncomingEvent[], userId: string): KnownOrders | undefined => {
    const tables = new Tables();
    let made = 0;
    for (const event of events) hearFrom(tables, { ...deps, newId: () => `id-${(made += 1)}` }, event);
    const profileId = tables.identities.get(`user:${userId}`)?.profileId as ProfileId | undefined;
    if (profileId === undefined) return undefined;
    return knownInMemory(asked, { tables, profileId, entryId: null, sharers: [] }).orders;
  };

  test('are the same after any order of arrival, doubled and late, and the same in memory', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ([history, arrived]) => {
        const first = await told(history);
        expect(await told(arrived)).toEqual(first);
        for (const userId of ['ada', 'bea']) expect(await known(userId)).toEqual(inMemory(arrived, userId));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
