import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CommerceEvent, readCommerceEvent } from '../../../src/domain/carts/commerce-events.js';
import { readConsentEvent } from '../../../src/domain/consent/consent-events.js';

function read(name: string, properties: Record<string, unknown>): CommerceEvent {
  const reading = readCommerceEvent(name, properties);
  if (reading.kind !== 'commerce') throw new Error(`expected a commerce event, not ${JSON.stringify(reading)}`);
  return reading.event;
}

describe('an e-commerce event', () => {
  test('names its cart by any of the aliases, the cart before the checkout', () => {
    const tokens = (properties: Record<string, unknown>) => {
      const event = read('Product Added', { sku: 'mug', ...properties });
      return event.kind === 'cart' ? event.tokens : null;
    };
    expect(tokens({ cart_id: 'a' })).toEqual({ token: 'a', named: 'cart', aliases: [] });
    expect(tokens({ checkout_token: 'k', cart_token: 'a' })).toEqual({ token: 'a', named: 'cart', aliases: ['k'] });
    expect(tokens({ checkout_id: 'k' })).toEqual({ token: 'k', named: 'checkout', aliases: [] });
    expect(tokens({ cart_id: 17, cart_token: '17' })).toEqual({ token: '17', named: 'cart', aliases: [] });
    expect(tokens({ cart_id: '' })).toEqual({ token: null, named: 'none', aliases: [] });
  });

  test.each([
    ['Product Added', {}, { kind: 'added', quantity: 1 }],
    ['Product Added', { quantity: '2' }, { kind: 'added', quantity: 2 }],
    ['Product Added', { quantity: -2 }, { kind: 'removed', quantity: 2 }],
    ['Product Removed', {}, { kind: 'removed', quantity: null }],
    ['Product Removed', { quantity: -1 }, { kind: 'added', quantity: 1 }],
    ['product added', { quantity: 3 }, { kind: 'added', quantity: 3 }],
  ])('%s with %j means %j', (name, properties, { kind, quantity }) => {
    expect(read(name, { product_id: 'mug', ...properties })).toMatchObject({ change: { kind, lines: [{ productId: 'mug', quantity }] } });
  });

  test('that adds nothing changes nothing', () => {
    expect(read('Product Added', { product_id: 'mug', quantity: 0 })).toMatchObject({ change: { kind: 'none' } });
  });

  test('with products says all that is in the cart, without them nothing about it', () => {
    const products = [
      { product_id: 'mug', price: 2 },
      { sku: 'cup', quantity: -1, currency: 'usd' },
    ];
    expect(read('Cart Viewed', { cart_id: 'a', currency: 'eur', products })).toMatchObject({
      change: {
        kind: 'snapshot',
        lines: [
          { productId: 'mug', quantity: 1, currency: 'EUR' },
          { productId: 'cup', quantity: 0, currency: 'USD' },
        ],
      },
    });
    expect(read('Cart Viewed', { cart_id: 'a' })).toMatchObject({ change: { kind: 'none' } });
    expect(read('Checkout Started', { cart_id: 'a', products: [] })).toMatchObject({
      kind: 'checkout',
      step: 'started',
      change: { kind: 'snapshot', lines: [] },
    });
    expect(read('Payment Info Entered', { checkout_id: 'k' })).toMatchObject({
      kind: 'checkout',
      step: 'updated',
      change: { kind: 'none' },
    });
  });

  test('of an order gives its state, number and amount', () => {
    expect(read('Order Completed', { order_id: 'o1', total: '99.90', currency: 'EUR' })).toMatchObject({
      status: 'paid',
      orderId: 'o1',
      total: 99.9,
    });
    expect(read('Completed Order', { orderId: 7, revenue: 5 })).toMatchObject({ status: 'paid', orderId: '7', total: 5 });
    expect(read('Order Cancelled', {})).toMatchObject({ status: 'cancelled', orderId: null });
  });

  test.each([
    ['Product Added', {}, 'product_id', { kind: 'cart', change: { kind: 'none' } }],
    ['Product Added', { product_id: 'a', price: 'ten' }, 'price', { change: { lines: [{ productId: 'a', price: null }] } }],
    ['Product Added', { product_id: { id: 1 }, sku: 's' }, 'product_id', { change: { lines: [{ productId: 's' }] } }],
    ['Product Added', { product_id: { id: 1 } }, 'product_id', { change: { kind: 'none' } }],
    ['Product Added', { product_id: 'a', currency: 'gold coins' }, 'currency', { change: { lines: [{ currency: null }] } }],
    ['Product Added', { product_id: 'a', quantity: 1e300 }, 'quantity', { change: { lines: [{ quantity: 1 }] } }],
    ['Product Removed', { product_id: 'a', quantity: 'some' }, 'quantity', { change: { lines: [{ quantity: null }] } }],
    ['Cart Viewed', { products: 'none' }, 'products', { change: { kind: 'none' } }],
    ['Cart Viewed', { products: 7 }, 'products', { change: { kind: 'none' } }],
    ['Cart Viewed', { products: [null, { sku: 'a' }] }, 'products[0]', { change: { lines: [{ productId: 'a' }] } }],
    ['Cart Viewed', { cart_id: ['a'], checkout_id: 'k' }, 'cart_id', { tokens: { token: 'k' } }],
    ['Order Completed', { order_id: { id: 1 }, cart_id: 'c' }, 'order_id', { status: 'paid', orderId: null, tokens: { token: 'c' } }],
    ['Order Completed', { total: [30] }, 'total', { status: 'paid', total: null }],
    ['Order Completed', { products: 'a, b' }, 'products', { status: 'paid', lines: [] }],
    [
      'Product Added',
      { sku: 'a', image_url: `data:image/png;base64,${'A'.repeat(3000)}` },
      'image_url',
      { change: { lines: [{ imageUrl: null }] } },
    ],
  ])(
    'that is badly formed is read as far as it can be, and what cannot be is named, not its value: %s %j',
    (name, properties, field, expected) => {
      const reading = readCommerceEvent(name, properties);
      expect(reading).toMatchObject({ kind: 'commerce', lost: [field], event: expected });
      expect(JSON.stringify(reading)).not.toMatch(/ten"|gold coins|1e\+?300/);
    },
  );

  test.each([
    ['an object with numbers for keys', { 0: { sku: 'a' }, 2: { sku: 'b' } }],
    ['JSON text', '[{"sku":"a"},{"sku":"b"}]'],
    ['JSON text of an object with numbers for keys', '{"0":{"sku":"a"},"1":{"sku":"b"}}'],
    ['a list', [{ sku: 'a' }, { sku: 'b' }]],
  ])('takes products as %s', (_what, products) => {
    expect(read('Order Completed', { products })).toMatchObject({ lines: [{ productId: 'a' }, { productId: 'b' }] });
    expect(read('Cart Viewed', { products })).toMatchObject({
      change: { kind: 'snapshot', lines: [{ productId: 'a' }, { productId: 'b' }] },
    });
  });

  test('takes one product by itself, and one without an id by its name', () => {
    expect(read('Cart Viewed', { products: { sku: 'a', name: 'Mug' } })).toMatchObject({ change: { lines: [{ productId: 'a' }] } });
    expect(read('Product Added', { name: 'Mug', price: 3 })).toMatchObject({ change: { lines: [{ productId: 'Mug', name: 'Mug' }] } });
  });

  test.each([[[]], [{}], [null], [''], ['[]'], [' ']])('with %j for products is an empty cart', (products) => {
    expect(readCommerceEvent('Cart Viewed', { cart_id: 'a', products })).toMatchObject({
      lost: [],
      event: { change: { kind: 'snapshot', lines: [] } },
    });
  });

  test('of more products than a basket holds keeps the first thousand', () => {
    const products = Array.from({ length: 1002 }, (_, index) => ({ sku: `p${index}` }));
    const reading = readCommerceEvent('Order Completed', { products });
    expect(reading).toMatchObject({ lost: ['products[1000…]'] });
    expect(reading.kind === 'commerce' && reading.event.kind === 'order' && reading.event.lines.length).toBe(1000);
  });

  test.each([
    'Order Completed',
    'order completed',
    'ORDER  COMPLETED',
    ' Order Completed',
    'Order Completed\u00a0',
    '\u200bOrder\tCompleted\n',
  ])('is known by its name in any case and with blanks: %j', (name) =>
    expect(read(name, {})).toMatchObject({ kind: 'order', status: 'paid' }),
  );

  test.each([
    [{ total: '€30.00' }, 30],
    [{ total: '1,299.00', currency: 'USD' }, 1299],
    [{ total: '30,00', currency: 'EUR' }, 30],
    [{ total: '1.299.000 ₫' }, 1_299_000],
    [{ total: '1.500.000.000', currency: 'VND' }, 1.5e9],
    [{ total: 1.5e9, currency: 'VND' }, 1.5e9],
    [{ total: { amount: '30.00', currency: 'EUR' } }, 30],
    [{ total: '12,50', currency: '£' }, 12.5],
    [{ total: '', revenue: 'CHF 1’250.–' }, 1250],
    [{ total: 'free', value: '9.99' }, 9.99],
  ])('of an order reads %j as %d', (properties, total) => {
    expect(read('Order Completed', properties)).toMatchObject({ status: 'paid', total });
  });

  test('survives whatever its properties are', () => {
    const names = ['Order Completed', 'Cart Viewed', 'Product Added', 'Product Removed', 'Checkout Started', 'Product Viewed'];
    const keys = ['products', 'total', 'currency', 'quantity', 'price', 'product_id', 'cart_id', 'order_id', 'image_url', '__proto__'];
    const properties = fc.dictionary(fc.constantFrom(...keys), fc.anything({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.constantFrom(...names), properties, (name, of) => {
        expect(readCommerceEvent(name, of).kind).toBe('commerce');
      }),
    );
  });

  test('of no such name is the shop’s own', () => {
    expect(readCommerceEvent('Newsletter Opened', { products: 3 })).toEqual({ kind: 'other' });
  });
});

describe('a consent event', () => {
  test('is about marketing where it names no topic', () => {
    expect(readConsentEvent('Consent Granted', { channel: 'email', method: 'form' })).toMatchObject({
      kind: 'consent',
      told: [{ said: { channel: 'email', topic: 'marketing', state: 'granted', method: 'form' }, at: null }],
    });
    expect(readConsentEvent('consent revoked', { channel: 'sms', topic: 'cart_reminder' })).toMatchObject({
      told: [{ said: { topic: 'cart_reminder', state: 'withdrawn' } }],
    });
  });

  test('is a problem without a channel that we know', () => {
    expect(readConsentEvent('Consent Granted', { channel: 'fax' })).toMatchObject({ kind: 'problem' });
    expect(readConsentEvent('Consent Granted', { channel: 'email', topic: 'Every Thing' })).toMatchObject({ kind: 'problem' });
    expect(readConsentEvent('constructor', {})).toEqual({ kind: 'other' });
  });
});
