import { beforeEach, describe, expect, test } from 'vitest';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('orders', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
  });

  const mug = { product_id: 'mug', name: 'Mug', price: 12, quantity: 2, cost: 5 };
  const cup = { product_id: 'cup', variant: 'blue', name: 'Cup', price: 6 };
  const sums = { order_id: 'o-1', currency: 'EUR', total: 35, shipping: 5, tax: 4.5, coupon: 'SPRING' };
  const paid = () => track('Order Completed', { ...sums, products: [mug, cup] });
  const rows = () => store().db.selectFrom('orders').selectAll().orderBy('order_id').execute();
  const lines = () =>
    store()
      .db.selectFrom('order_lines')
      .select(['product_id', 'variant', 'bought', 'quantity', 'net', 'cost'])
      .orderBy('product_id', 'desc')
      .execute();
  const facts = async () =>
    (await store().db.selectFrom('facts').select(['name', 'subjects']).orderBy('seq').execute()).map(({ name }) => name);

  test('have their sums, codes and lines', async () => {
    await take(deps, paid());

    expect(await rows()).toMatchObject([
      { order_id: 'o-1', status: 'paid', total: 35, net: 35, shipping: 5, tax: 4.5, codes: ['SPRING'], qualifies: true, margin: null },
    ]);
    expect(await lines()).toEqual([
      { product_id: 'mug', variant: '', bought: 2, quantity: 2, net: 24, cost: 5 },
      { product_id: 'cup', variant: 'blue', bought: 1, quantity: 1, net: 6, cost: null },
    ]);
  });

  test('lose what was refunded by line, and lines that a later version has no more', async () => {
    await take(deps, paid());
    await take(deps, track('Order Refunded', { order_id: 'o-1', products: [{ product_id: 'mug', quantity: 1 }] }));
    expect(await lines()).toMatchObject([{ product_id: 'mug', bought: 2, quantity: 1, net: 12 }, { product_id: 'cup' }]);
    expect(await rows()).toMatchObject([{ status: 'paid', refunded: 12, net: 23 }]);

    await take(deps, track('Order Updated', { order_id: 'o-1', products: [mug] }, { occurredAt: noon + 9 }));
    expect(await lines()).toMatchObject([{ product_id: 'mug' }]);
    expect(await rows()).toMatchObject([{ margin: 7 }]);
  });

  test('are told of as facts about them, of the person whose they are', async () => {
    await take(deps, paid());
    await take(deps, track('Shipment Created', { order_id: 'o-1', promised_at: '2026-11-27' }, { userId: 'carrier' }));
    await take(deps, track('Shipment Exception', { order_id: 'o-1' }, { userId: 'carrier' }));
    await take(deps, track('Shipment Delivered', { order_id: 'o-1' }, { userId: 'carrier', occurredAt: noon + 5 }));
    await take(deps, track('Return Opened', { order_id: 'o-1' }));

    expect(await facts()).toEqual(['order.paid', 'shipment.created', 'shipment.exception', 'shipment.delivered', 'return.opened']);
    const [order] = await rows();
    const told = await store().db.selectFrom('facts').select(['profile_id', 'subjects']).execute();
    expect(new Set(told.map(({ profile_id }) => profile_id))).toEqual(new Set([order?.profile_id]));
    expect(told.at(-1)?.subjects).toEqual([{ kind: 'order', id: 'o-1' }]);
    expect(order).toMatchObject({
      delivered_at: noon + 5,
      promised_at: Date.UTC(2026, 10, 27),
      has_open_return: true,
      has_exception: false,
    });
  });

  test('never go back to what an older message says, by the source’s own time', async () => {
    const updated = (total: number, updated_at: string) => track('Order Updated', { order_id: 'o-1', total, updated_at });
    await take(deps, paid());
    await take(deps, updated(20, '2026-11-25T12:00:00Z'));
    await take(deps, updated(30, '2026-11-24T12:00:00Z'));

    expect(await rows()).toMatchObject([{ total: 20, status: 'paid' }]);
  });

  test('of a build of before keep what it knew', async () => {
    await take(deps, identify({}));
    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    const old = { profile_id: id, cart_id: null, currency: 'EUR', total: 50, ordered_at: noon - 9, updated_at: noon - 1 };
    await store()
      .db.insertInto('orders')
      .values([
        { ...old, order_id: 'a', status: 'paid' },
        { ...old, order_id: 'b', status: 'refunded' },
      ])
      .execute();
    await take(deps, track('Shipment Delivered', { order_id: 'a' }), track('Shipment Delivered', { order_id: 'b' }));

    expect(await rows()).toMatchObject([
      { status: 'paid', total: 50, net: 50, paid_at: noon - 9, qualifies: true },
      { status: 'refunded', total: 50, net: 0, qualifies: false },
    ]);
  });

  test('go with their person when two become one', async () => {
    await take(deps, track('Order Completed', sums, { userId: null, anonymousId: 'browser' }), identify({}));
    await take(deps, alias('browser', 'ada'), track('Order Updated', { order_id: 'o-1', total: 9 }, { occurredAt: noon + 1 }));

    const { id } = await store()
      .db.selectFrom('identities')
      .select('profile_id as id')
      .where('value', '=', 'ada')
      .executeTakeFirstOrThrow();
    expect(await rows()).toMatchObject([{ profile_id: id, total: 9 }]);
  });

  describe('cost', () => {
    test('an event that names no order no statement more', async () => {
      await take(deps, identify({}));
      const before = await countStatements(store(), () => take(deps, track('Product Viewed', { product_id: 'mug' })));
      const ofOrder = await countStatements(store(), () => take(deps, paid()));

      expect(ofOrder.length).toBe(before.length);
      expect(before.join(' ')).not.toMatch(/\borders\b|order_lines/);
    });
  });
});
