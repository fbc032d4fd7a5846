import { expect, test } from 'vitest';
import { readOrderEvent } from '../../../src/domain/orders/order-events.js';

const read = (name: string, properties: Record<string, unknown>) => readOrderEvent(name, properties, 'event-1');

test('an order of Segment’s spec is read with its sums, codes and lines; a line that is named twice is one', () => {
  const { orderId, told, lost } = read('Order Completed', {
    order_id: 1001,
    total: '27,50',
    currency: 'eur',
    tax: 2,
    shipping: 3,
    discount: 4,
    coupon: 'HELLO',
    discount_codes: [{ code: 'HELLO' }, { code: 'TEN' }, 'MORE'],
    products: [
      { product_id: 'mug', price: 10, quantity: 1, discount: 1 },
      { product_id: 'mug', price: 10, quantity: 2 },
      { product_id: 'gone', quantity: 0 },
    ],
  }) as NonNullable<ReturnType<typeof read>>;

  expect({ orderId, lost }).toEqual({ orderId: '1001', lost: [] });
  expect(told).toMatchObject({
    kind: 'order',
    step: 'paid',
    sums: { total: 27.5, currency: 'EUR', tax: 2, shipping: 3, discount: 4, codes: ['HELLO', 'TEN', 'MORE'] },
    lines: [{ productId: 'mug', quantity: 3, price: 10, discount: 1 }],
  });
});

test('a refund is of an amount, of lines, or of everything', () => {
  const refund = (properties: Record<string, unknown>) => read('order refunded', { order_id: 'o', ...properties })?.told;

  expect(refund({ total: -5, refund_id: 7 })).toEqual({ kind: 'refund', refund: { refundId: '7', amount: 5, lines: [] } });
  expect(refund({ products: [{ product_id: 'mug', quantity: 2 }] })).toEqual({
    kind: 'refund',
    refund: { refundId: 'event:event-1', amount: null, lines: [{ productId: 'mug', variant: '', quantity: 2 }] },
  });
  expect(refund({})).toEqual({ kind: 'refund', refund: { refundId: 'event:event-1', amount: null, lines: [] } });
});

test('shipments and returns are read by their own ids; without one there is one', () => {
  const promised = { shipment_id: 's1', promised_date: '2026-12-03', tracking_url: 'https://track.example/1' };

  expect(read('Shipment Created', promised)?.told).toEqual({
    kind: 'shipment',
    shipmentId: 's1',
    shipment: { step: 'shipped', promisedAt: Date.UTC(2026, 11, 3), trackingUrl: 'https://track.example/1' },
  });
  expect(read('SHIPMENT DELIVERED', {})?.told).toMatchObject({ shipmentId: 'all', shipment: { step: 'delivered' } });
  expect(read('Return Opened', { return_id: 4, products: [{ sku: 'mug' }] })?.told).toEqual({
    kind: 'return',
    returnId: '4',
    step: 'opened',
    lines: [{ productId: 'mug', variant: '', quantity: 1 }],
  });
});

test('the source’s own update time is read, and what cannot be read is named and costs nothing else', () => {
  expect(read('Order Updated', { updated_at: '2026-11-24T12:00:00Z', total: 'lots', products: [{}, { id: 'a' }] })).toMatchObject({
    updatedAt: Date.UTC(2026, 10, 24, 12),
    told: { sums: { total: null }, lines: [{ productId: 'a' }] },
    lost: ['total', 'products[0]'],
  });
});

test.each(['Product Added', 'Order Confetti', '__proto__'])('%s tells of no order', (name) => {
  expect(read(name, {})).toBeNull();
});
