import { describe, expect, test } from 'vitest';
import { readJson } from '../../src/domain/values/exact-json.js';
import { isSigned } from '../../src/sources/shopify/delivery.js';
import { shopify } from '../../src/sources/shopify/source.js';
import { topics } from '../../src/sources/shopify/topics.js';
import { beans, clientSecret, exampleText, exampleTopics, webhook } from '../support/shopify.js';

const at = Date.parse('2026-11-30T12:00:00Z');

function read(topic: string, body: string | Record<string, unknown>) {
  const { payload, headers } = webhook(topic, body);
  const reading = shopify.signed?.readDelivery(readJson(payload), headers, at);
  if (reading === undefined) throw new Error('There is no signed door.');
  return reading;
}

/** What the events of a webhook say: `name or type`, who, and what. */
function said(topic: string, body: string | Record<string, unknown>) {
  const reading = read(topic, body);
  if (reading.kind === 'unreadable') throw new Error(reading.detail);
  return reading.events.map(({ raw }) => {
    const one = shopify.readEvent(raw);
    if (one.kind === 'unreadable') throw new Error(one.detail);
    return one;
  });
}

const named = (topic: string, body: string | Record<string, unknown>, name: string) => {
  const found = said(topic, body).find((one) => (one.name ?? one.type) === name);
  if (found === undefined) throw new Error(`No ${name} in ${topic}.`);
  return found;
};

const order = {
  id: 450789469,
  cart_token: 'c1-7a569fcca30dbb54',
  checkout_token: 'bd5a8aa1ecd019dd',
  email: 'ada@example.com',
  customer: { id: 207119551, email: 'ada@example.com', first_name: 'Ada', phone: '555-625-1199' },
  currency: 'GBP',
  financial_status: 'pending',
  processed_at: '2026-11-30T11:00:00Z',
  updated_at: '2026-11-30T11:00:00Z',
  total_price: '40.00',
  current_total_price: '40.00',
  line_items: [
    { id: 1, product_id: 632910392, variant_id: 808950810, title: 'Mug', quantity: 2, price: '20.00', discount_allocations: [] },
  ],
  order_status_url: 'https://beans.example/123/orders/abc/authenticate?key=secret-key',
};

describe('the examples of the newest version', () => {
  test('are there for nearly all topics', () => {
    // Shopify documents no body for these.
    expect([...topics.keys()].filter((topic) => !exampleTopics.includes(topic)).length).toBeLessThan(6);
    expect(exampleTopics.length).toBeGreaterThan(38);
  });

  test.each(exampleTopics)('%s is read, and each of its parts is an event', (topic) => {
    const reading = read(topic, exampleText(topic) ?? '');
    if (topics.get(topic)?.kind === 'for-people') expect(reading).toMatchObject({ kind: 'unreadable' });
    else expect(reading.kind).toBe('delivery');
    if (reading.kind === 'delivery') for (const { raw } of reading.events) expect(shopify.readEvent(raw).kind).toBe('said');
  });

  test.each(exampleTopics)('%s keeps no key, no address of a computer and no card', (topic) => {
    const reading = read(topic, exampleText(topic) ?? '');
    const kept = JSON.stringify(reading.kind === 'delivery' ? reading.events : []);
    expect(kept).not.toMatch(/order_status_url|abandoned_checkout_url|browser_ip|client_details|payment_details|receipt|key=/);
  });

  test('keep every digit of a number beyond 2^53', () => {
    const created = named('orders/create', exampleText('orders/create') ?? '', 'Order Created');
    expect(created.properties).toMatchObject({ order_id: '820982911946154508' });
    expect(created.userId).toBe('shopify-customer-115310627314723954');
    expect(read('products/update', exampleText('products/update') ?? '')).toMatchObject({
      products: [
        {
          productId: '788032119674292922',
          product: { variants: [{ variantId: '642667041472713922' }, { variantId: '757650484644203962' }] },
        },
      ],
    });
    // As large as a double holds no more, without a global id.
    expect(
      named('orders/create', JSON.stringify(order).replace('450789469', '9007199254740993'), 'Order Created').properties,
    ).toMatchObject({
      order_id: '9007199254740993',
    });
  });
});

describe('an order', () => {
  test('is one as soon as it is placed, and paid when it is paid, whatever the topic', () => {
    expect(named('orders/create', order, 'Order Created').properties).toMatchObject({
      order_id: '450789469',
      cart_id: 'c1-7a569fcca30dbb54',
      checkout_id: 'bd5a8aa1ecd019dd',
      total: 40,
      currency: 'GBP',
      products: [{ product_id: '632910392', variant_id: '808950810', name: 'Mug', quantity: 2, price: 20 }],
    });
    expect(named('orders/updated', { ...order, financial_status: 'paid' }, 'Order Completed').userId).toBe('shopify-customer-207119551');
    expect(named('orders/updated', { ...order, financial_status: 'refunded' }, 'Order Completed')).toBeDefined();
  });

  test('of a guest is the order’s own person, whom parcels and refunds find', () => {
    const { customer: _customer, ...guest } = order;
    expect(named('orders/create', guest, 'Order Created')).toMatchObject({
      userId: 'shopify-order-450789469',
      anonymousId: 'shopify-cart-c1-7a569fcca30dbb54',
    });
    expect(named('orders/create', guest, 'identify')).toMatchObject({
      userId: 'shopify-order-450789469',
      traits: { email: 'ada@example.com' },
    });
    expect(named('refunds/create', { id: 9, order_id: 450789469, transactions: [] }, 'Order Refunded').userId).toBe(
      'shopify-order-450789469',
    );
  });

  test('makes parcels and refunds the customer’s, once', () => {
    const alias = named('orders/create', order, 'alias');
    expect(alias).toMatchObject({ userId: 'shopify-customer-207119551', previousId: 'shopify-order-450789469' });
    expect(named('orders/paid', order, 'alias').messageId).toBe(alias.messageId);
  });

  test('tells no number that is not written in full, and nothing that Shopify hides', () => {
    expect(named('orders/create', { ...order, email: null }, 'identify').traits).toEqual({ email: 'ada@example.com', firstName: 'Ada' });
  });

  test('says what it cost before anything was given back, and what went back apart', () => {
    const refund = {
      id: 509562969,
      processed_at: '2026-11-30T11:30:00Z',
      refund_line_items: [{ quantity: 1, line_item: order.line_items[0] }],
      transactions: [
        { kind: 'refund', status: 'success', amount: '15.00' },
        { kind: 'refund', status: 'failure', amount: '5.00' },
        { kind: 'void', status: 'success', amount: '40.00' },
      ],
    };
    const refunded = { ...order, financial_status: 'partially_refunded', current_total_price: '25.00', refunds: [refund] };
    expect(named('orders/updated', refunded, 'Order Completed').properties).toMatchObject({ total: 40 });
    const inOrder = named('orders/updated', refunded, 'Order Refunded');
    expect(inOrder.properties).toMatchObject({ refund_id: '509562969', amount: 15, products: [{ variant_id: '808950810', quantity: 1 }] });
    // The same from its own webhook is the same event.
    const alone = named('refunds/create', { ...refund, order_id: 450789469 }, 'Order Refunded');
    expect(alone.messageId).toBe(inOrder.messageId);
    expect(alone.properties).toEqual(inOrder.properties);
  });

  test('is in the shop’s currency where the buyer saw another', () => {
    const line = {
      ...order.line_items[0],
      price: '3000',
      price_set: { shop_money: { amount: '20.00', currency_code: 'GBP' }, presentment_money: { amount: '3000', currency_code: 'JPY' } },
    };
    expect(named('orders/create', { ...order, line_items: [line] }, 'Order Created').properties).toMatchObject({
      products: [{ price: 20 }],
    });
  });

  test('that is a test is stored and starts nothing', () => {
    const reading = read('orders/create', { ...order, test: true });
    expect(reading.kind === 'delivery' && reading.events.map(({ origin }) => origin)).toEqual(['import', 'import', 'import']);
    expect(named('orders/create', { ...order, test: true }, 'Order Created').properties).toMatchObject({ test: true });
  });
});

describe('a cart', () => {
  test.each([
    ['c1-7a569fcca30dbb54', 'c1-7a569fcca30dbb54'],
    ['hWN4TzYw?key=0f8d', 'hWN4TzYw'],
    ['gid://shopify/Cart/hWN4TzYw?key=0f8d', 'hWN4TzYw'],
  ])('is the same by each way to write its token: %s', (token, kept) => {
    expect(named('carts/update', { token, line_items: [] }, 'Cart Viewed')).toMatchObject({
      anonymousId: `shopify-cart-${kept}`,
      properties: { cart_id: kept, products: [] },
    });
  });

  test('is whose its checkout says, and a checkout that is complete says nothing: its order does', () => {
    const checkout = { token: 'bd5a8aa1', cart_token: 'c1-7a', email: 'ada@example.com', line_items: [], completed_at: null };
    expect(named('checkouts/update', checkout, 'identify')).toMatchObject({
      anonymousId: 'shopify-cart-c1-7a',
      traits: { email: 'ada@example.com' },
    });
    expect(said('checkouts/update', { ...checkout, completed_at: '2026-11-30T11:00:00Z' })).toEqual([]);
  });
});

describe('consent', () => {
  const consent = (state: string | null, level: string | null = 'single_opt_in') => ({
    customer_id: 207119551,
    email_address: 'ada@example.com',
    email_marketing_consent: { state, opt_in_level: level, consent_updated_at: '2026-11-29T10:00:00Z' },
  });
  const topic = 'customers_email_marketing_consent/update';

  test('is an import with its evidence, so that it lifts no refusal given to us', () => {
    expect(named(topic, consent('subscribed'), 'Consent Granted').properties).toEqual({
      channel: 'email',
      method: 'import',
      source: 'shopify',
      evidence: 'shopify single_opt_in 2026-11-29T10:00:00Z',
    });
    expect(named(topic, consent('subscribed', 'confirmed_opt_in'), 'Consent Granted').properties).toMatchObject({
      double_opt_in_confirmed_at: '2026-11-29T10:00:00Z',
    });
  });

  test.each(['unsubscribed', 'UNSUBSCRIBED', 'invalid', 'redacted'])('that is %s ends it', (state) => {
    expect(named(topic, consent(state), 'Consent Revoked').properties).toMatchObject({ channel: 'email' });
  });

  test.each(['not_subscribed', 'pending', null, 'something new'])('that is %s is no statement', (state) => {
    expect(said(topic, consent(state))).toEqual([]);
  });
});

describe('a merge of customers', () => {
  const merge = (status: string) => ({
    admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/1',
    admin_graphql_api_customer_deleted_id: 'gid://shopify/Customer/2',
    status,
  });

  test('is one when it is completed', () => {
    expect(named('customers/merge', merge('COMPLETED'), 'alias')).toMatchObject({
      userId: 'shopify-customer-1',
      previousId: 'shopify-customer-2',
    });
    for (const status of ['requested', 'in_progress', 'failed']) expect(said('customers/merge', merge(status))).toEqual([]);
  });
});

describe('what Sojourn does not read', () => {
  test('is named, never its values', () => {
    expect(read('draft_orders/create', {})).toEqual({
      kind: 'unreadable',
      reason: 'unknown-topic',
      detail: 'Sojourn does not read the topic `draft_orders/create`.',
    });
    expect(read('orders/create', 'no json')).toMatchObject({ reason: 'invalid-json' });
  });
});

describe('a signature', () => {
  const { payload, headers } = webhook('orders/create', order);
  const bytes = Buffer.from(payload);

  test('holds by each secret, also while one is rotated, and under both names of its header', () => {
    expect(isSigned(bytes, headers, ['old', clientSecret])).toBe(true);
    const { 'x-shopify-hmac-sha256': signature } = headers;
    expect(isSigned(bytes, { 'shopify-hmac-sha256': signature }, [clientSecret])).toBe(true);
    expect(isSigned(Buffer.alloc(0), webhook('app/uninstalled', '').headers, [clientSecret])).toBe(true);
  });

  test.each([
    ['a byte is another', Buffer.from(payload.replace('Ada', 'Adb')), headers, [clientSecret]],
    ['it is by another secret', bytes, headers, ['another']],
    ['there is no secret', bytes, headers, []],
    ['there is none', bytes, {}, [clientSecret]],
    ['it is no base64', bytes, { 'x-shopify-hmac-sha256': '%%%' }, [clientSecret]],
  ])('does not hold when %s', (_why, body, given, secrets) => {
    expect(isSigned(body, given, secrets)).toBe(false);
  });
});

test('the address of a product is the shop’s', () => {
  const product = {
    id: 1,
    title: 'Mug',
    handle: 'blue mug',
    status: 'active',
    tags: 'kitchen, family:mugs, consumption-days:30, not-for:left hand',
  };
  expect(read('products/update', product)).toMatchObject({
    products: [
      {
        product: {
          url: `https://${beans}/products/blue%20mug`,
          tags: ['kitchen'],
          family: 'mugs',
          consumptionDays: 30,
          notFor: ['left hand'],
        },
      },
    ],
  });
  expect(read('products/update', { ...product, status: 'draft' })).toMatchObject({ products: [{ product: null }] });
});
