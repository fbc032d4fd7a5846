import { describe, expect, test } from 'vitest';
import { type CommerceEvent, readCommerceEvent } from '../../src/domain/commerce-events.js';
import { readConsentEvent } from '../../src/domain/consent-events.js';

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
    ['Product Added', {}, 'product_id'],
    ['Product Added', { product_id: 'a', price: 'ten' }, 'price'],
    ['Product Added', { product_id: { id: 1 } }, 'product_id'],
    ['Product Added', { product_id: 'a', currency: 'euros' }, 'currency'],
    ['Product Added', { product_id: 'a', quantity: 1e300 }, 'quantity'],
    ['Cart Viewed', { products: 'none' }, 'products'],
    ['Cart Viewed', { products: [null] }, 'products[0]'],
  ])('that is badly formed is a problem that names the property, not its value: %s %j', (name, properties, property) => {
    const reading = readCommerceEvent(name, properties);
    expect(reading).toMatchObject({ kind: 'problem', problem: expect.stringContaining(property) });
    expect(JSON.stringify(reading)).not.toMatch(/ten|euros|1e\+?300/);
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
