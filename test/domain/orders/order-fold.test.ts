import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyOrder, foldOrder, mergeOrders, type OrderFold, type ToldAt } from '../../../src/domain/orders/order-fold.js';
import type { LineCount, OrderLine, OrderSums, OrderTold } from '../../../src/domain/orders/order-told.js';
import { viewOrder } from '../../../src/domain/orders/order-view.js';

const noon = Date.UTC(2026, 10, 24, 12);
const nothing: OrderSums = { total: null, currency: null, tax: null, shipping: null, discount: null, codes: [], isTest: null };

type Happened = readonly [OrderTold, ToldAt];

const at = (minute: number, told: OrderTold): Happened => [told, { at: noon + minute, eventId: `e${minute}` }];
const line = (productId: string, more: Partial<OrderLine> = {}): OrderLine => {
  return { productId, variant: '', quantity: 1, name: null, price: 10, discount: null, imageUrl: null, url: null, ...more };
};
const count = (productId: string, quantity = 1): LineCount => ({ productId, variant: '', quantity });
const paid = (total: number | null, lines: readonly OrderLine[] | null = null, more: Partial<OrderSums> = {}): OrderTold => {
  return { kind: 'order', step: 'paid', sums: { ...nothing, total, currency: 'EUR', ...more }, lines };
};
const refund = (refundId: string, amount: number | null, lines: readonly LineCount[] = []): OrderTold => {
  return { kind: 'refund', refund: { refundId, amount, lines } };
};
const cancelled: OrderTold = { kind: 'cancelled', sums: { total: null, currency: null } };
const shipment = (shipmentId: string, step: 'shipped' | 'exception' | 'delivered', promisedAt: number | null = null): OrderTold => {
  return { kind: 'shipment', shipmentId, shipment: { step, promisedAt, trackingUrl: null } };
};

const fold = (happened: readonly Happened[], from: OrderFold = emptyOrder) =>
  happened.reduce((known, [told, where]) => foldOrder(known, told, where), from);
const view = (...happened: readonly Happened[]) => viewOrder(fold(happened));

describe('an order', () => {
  test('is paid with what was told last by the source’s own time, however late it arrives', () => {
    const corrected = at(5, { kind: 'order', step: 'updated', sums: { ...nothing, total: 25 }, lines: [line('mug'), line('cup')] });

    expect(view(at(1, paid(30, [line('mug', { quantity: 2 })])), corrected)).toEqual(
      view(corrected, at(1, paid(30, [line('mug', { quantity: 2 })]))),
    );
    expect(view(corrected, at(1, paid(30)))).toMatchObject({ status: 'paid', total: 25, net: 25, orderedAt: noon + 1, paidAt: noon + 1 });
  });

  test('nets out refunds by amount and by line, each once', () => {
    const order = at(1, paid(35, [line('mug', { quantity: 2, discount: 4 }), line('cup')], { shipping: 9 }));

    expect(view(order, at(2, refund('r1', 5)), at(3, refund('r1', 5)))).toMatchObject({ status: 'paid', refunded: 5, net: 30 });
    expect(view(order, at(2, refund('r2', null, [count('mug')])))).toMatchObject({ refunded: 8, net: 27 });
    expect(view(order, at(2, refund('r2', null, [count('mug')]))).keptLines).toEqual([
      line('mug', { quantity: 1, discount: 4 }),
      line('cup'),
    ]);
  });

  test('a refund that names neither amount nor lines is of everything, also where the total comes later', () => {
    expect(view(at(2, refund('r', null)))).toMatchObject({ status: 'refunded', total: null, net: null, keptLines: [] });
    expect(view(at(2, refund('r', null)), at(1, paid(30, [line('mug')])))).toMatchObject({
      status: 'refunded',
      refunded: 30,
      net: 0,
      keptLines: [],
    });
  });

  test('more given back than was paid leaves nothing, not less', () => {
    expect(view(at(1, paid(30)), at(2, refund('a', 20)), at(3, refund('b', 20)))).toMatchObject({ status: 'refunded', net: 0 });
  });

  test('once cancelled it stays so, also when the thank-you page is opened once more', () => {
    const again = view(at(1, paid(30, [line('mug')])), at(2, cancelled), at(9, paid(30, [line('mug')])));

    expect(again).toMatchObject({ status: 'cancelled', total: 30, net: 0, cancelledAt: noon + 2, keptLines: [] });
  });

  test('is delivered when its last shipment is, and its promise is the latest of all', () => {
    const parts = [
      at(1, paid(30)),
      at(2, shipment('s1', 'shipped', noon + 100)),
      at(3, shipment('s2', 'shipped', noon + 200)),
      at(4, shipment('s1', 'delivered')),
    ];

    expect(view(...parts).delivery).toMatchObject({
      shipments: 2,
      shippedAt: noon + 2,
      promisedAt: noon + 200,
      deliveredAt: null,
      hasException: false,
    });
    expect(view(...parts, at(5, shipment('s2', 'exception'))).delivery).toMatchObject({ hasException: true, deliveredAt: null });
    expect(view(...parts, at(5, shipment('s2', 'exception')), at(6, shipment('s2', 'delivered'))).delivery).toMatchObject({
      hasException: false,
      deliveredAt: noon + 6,
    });
  });

  test('has an open return until it is closed, and what went back is not kept', () => {
    const open = [
      at(1, paid(30, [line('mug', { quantity: 3 })])),
      at(2, { kind: 'return', returnId: 'x', step: 'opened', lines: [count('mug', 2)] } as const),
    ];

    expect(view(...open)).toMatchObject({ hasOpenReturn: true, keptLines: [{ quantity: 1 }] });
    expect(view(...open, at(3, { kind: 'return', returnId: 'x', step: 'closed', lines: [] }))).toMatchObject({ hasOpenReturn: false });
    expect(view(...open, at(4, refund('r', null, [count('mug', 2)]))).keptLines).toMatchObject([{ quantity: 1 }]);
  });

  test('rounds to what its currency has', () => {
    expect(view(at(1, paid(0.3)), at(2, refund('r', 0.1))).net).toBe(0.2);
    expect(view(at(1, paid(1000, null, { currency: 'JPY' })), at(2, refund('r', 333))).net).toBe(667);
  });
});

const ids = fc.constantFrom('a', 'b', '__proto__', '7');
const amounts = fc.option(fc.integer({ min: 0, max: 40 }), { nil: null });
const counts = fc.array(fc.record({ productId: ids, variant: fc.constant(''), quantity: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 2,
});
const sums = fc.record({
  total: amounts,
  currency: fc.constantFrom(null, 'EUR', 'USD'),
  tax: amounts,
  shipping: amounts,
  discount: amounts,
  codes: fc.array(ids, { maxLength: 2 }),
  isTest: fc.constantFrom(null, true, false),
});
const tolds: fc.Arbitrary<OrderTold> = fc.oneof(
  fc.record({
    kind: fc.constant('order' as const),
    step: fc.constantFrom('created', 'paid', 'updated'),
    sums,
    lines: fc.option(
      fc.array(
        ids.map((id) => line(id)),
        { maxLength: 2 },
      ),
      { nil: null },
    ),
  }),
  fc.record({ kind: fc.constant('cancelled' as const), sums }),
  fc.record({ kind: fc.constant('refund' as const), refund: fc.record({ refundId: ids, amount: amounts, lines: counts }) }),
  fc.record({
    kind: fc.constant('shipment' as const),
    shipmentId: ids,
    shipment: fc.record({
      step: fc.constantFrom('shipped', 'exception', 'delivered'),
      promisedAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
      trackingUrl: fc.constantFrom(null, 'https://t.example/1'),
    }),
  }),
  fc.record({ kind: fc.constant('return' as const), returnId: ids, step: fc.constantFrom('opened', 'closed'), lines: counts }),
);
/** Few instants, so that many are told at the same one. */
const histories = fc
  .array(fc.tuple(tolds, fc.integer({ min: 0, max: 4 })), { maxLength: 12 })
  .map((all) => all.map(([told, minute], index): Happened => [told, { at: noon + minute, eventId: `e${index}` }]));

test('any order of arrival, doubled and late, gives the same final state', () => {
  const arrivals = histories.chain((history) =>
    fc.tuple(fc.constant(history), fc.shuffledSubarray([...history, ...history], { minLength: 2 * history.length })),
  );
  fc.assert(
    fc.property(arrivals, ([history, arrived]) => {
      expect(fold(arrived)).toEqual(fold(history));
    }),
    { numRuns: 2_000 },
  );
});

test('two parts of what was told join to the whole, in either order, and over the store’s JSON', () => {
  fc.assert(
    fc.property(histories, fc.nat(12), (history, cut) => {
      const [one, other] = [fold(history.slice(0, cut)), fold(history.slice(cut))];
      const kept = (value: OrderFold) => JSON.parse(JSON.stringify(value)) as OrderFold;

      expect(mergeOrders(kept(one), other)).toEqual(fold(history));
      expect(mergeOrders(other, one)).toEqual(fold(history));
      expect(mergeOrders(fold(history), fold(history))).toEqual(fold(history));
    }),
    { numRuns: 1_000 },
  );
});

test('of more refunds than are kept it is the same ones, whatever the order of arrival', () => {
  const many = Array.from({ length: 300 }, (_, index) => at(index, refund(`r${index}`, 1)));

  expect(fold(many.toReversed())).toEqual(fold(many));
  expect(Object.keys(fold(many).refunds)).toHaveLength(100);
});
