import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createShopAdmin } from '../../src/shop-api/shopify/admin-client.js';
import * as documents from '../../src/sources/shopify/admin/documents.js';
import { apiVersion } from '../../src/sources/shopify/subscriptions.js';
import { adminToken, openShopifyAdmin, type ShopifyAdmin } from '../support/shopify-admin.js';
import { requestedCost } from '../support/shopify-admin-cost.js';
import { adminSchemaText } from '../support/shopify-admin-schema.js';

const { changedOrders, subscriptions } = documents;
const since = { since: "updated_at:>='2026-11-30T00:00:00Z'" };
const orderOf = (n: number) => ({ id: `gid://shopify/Order/${n}`, updatedAt: new Date(Date.UTC(2026, 10, 30, 1, 0, n)).toISOString() });

describe('the questions', () => {
  const schema = buildSchema(adminSchemaText);

  test.each(Object.entries(documents))('%s fits Shopify’s schema and costs less than a question may', (_name, text) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    expect(requestedCost(schema, document, { since: '', id: '', topic: '', first: 250 })).toBeLessThanOrEqual(1000);
  });
});

describe('the Admin API', () => {
  let there: ShopifyAdmin;
  beforeAll(async () => {
    there = await openShopifyAdmin();
  });
  beforeEach(() => there.begin());
  afterAll(() => there.close());

  const client = (more: Partial<Parameters<typeof createShopAdmin>[0]> = {}) =>
    createShopAdmin(
      { shop: 'beans.myshopify.com', url: there.url, version: apiVersion, credentials: { kind: 'token', token: adminToken }, ...more },
      there.time,
    );
  const waited = async (work: () => Promise<unknown>): Promise<number> => {
    const before = there.time.waited;
    await work();
    return there.time.waited - before;
  };

  test('answers by the token', async () => {
    there.shop.orders = [orderOf(1)];
    const answer = await client().ask(changedOrders, since);
    expect(answer).toMatchObject({ kind: 'answered', data: { orders: { nodes: [orderOf(1)] } }, denied: [] });
  });

  test('is asked no faster than its bucket fills, and once only for each question', async () => {
    const admin = client();
    there.drain(300);
    await admin.ask(changedOrders, since);
    there.drain(100);
    // It knows what the question costs (250) and what is left, as far as answers tell: it does not know that another app took the rest.
    const ms = await waited(() => admin.ask(changedOrders, since));
    expect(there.throttled).toBe(1);
    expect(ms).toBe(1500);

    there.drain(260);
    await admin.ask(changedOrders, since);
    there.shop.orders = Array.from({ length: 240 }, (_, n) => orderOf(n));
    there.drain(250);
    await admin.ask(changedOrders, since);
    // 241 points went, so it waits for them and is not refused.
    expect(await waited(() => admin.ask(changedOrders, since))).toBeGreaterThan(2000);
    expect(there.throttled).toBe(1);
  });

  test('is left alone when other apps take all of it, and the answer says so', async () => {
    there.failWith(...Array.from({ length: 5 }, () => ({ status: 429, headers: { 'retry-after': '2' } })));
    const ms = await waited(async () =>
      expect(await client().ask(changedOrders, since)).toMatchObject({ kind: 'failed', code: 'http-429' }),
    );
    expect(ms).toBe(8000);
  });

  test.each([
    ['it is cut off', 'connection'],
    ['it is down', { status: 503 }],
    [
      'it fails inside',
      { status: 200, body: JSON.stringify({ errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }) },
    ],
  ] as const)('is asked again when %s, and no more than five times', async (_why, fault) => {
    const admin = client();
    there.failWith(fault, fault);
    expect(await admin.ask(subscriptions, {})).toMatchObject({ kind: 'answered' });
    there.failWith(...Array.from({ length: 5 }, () => fault));
    expect(await admin.ask(subscriptions, {})).toMatchObject({ kind: 'failed' });
    expect(await admin.ask(subscriptions, {})).toMatchObject({ kind: 'answered' });
  });

  test.each([401, 402, 403, 404, 423])('that refuses (%s) is not asked again, and the sentence says what to do', async (status) => {
    there.failWith({ status });
    const answer = await client().ask(subscriptions, {});
    expect(answer).toMatchObject({ kind: 'failed', code: `http-${status}` });
    expect(there.asked).toEqual([]);
  });

  test.each([
    ['malformed-answer', { status: 200, body: '<html>' }],
    ['refused', { status: 200, body: '{"errors":[{"message":"Field x does not exist, said ada@example.com"}]}' }],
    ['max-cost-exceeded', { status: 200, body: '{"errors":[{"message":"x","extensions":{"code":"MAX_COST_EXCEEDED"}}]}' }],
  ])('is named when its answer is %s, and nothing of it is repeated', async (code, fault) => {
    there.failWith(fault);
    const answer = await client().ask(subscriptions, {});
    expect(answer).toMatchObject({ kind: 'failed', code });
    expect(JSON.stringify(answer)).not.toContain('ada@example.com');
  });

  test('answers without what the app may not see, and says what that is', async () => {
    there.shop.orders = [{ ...fullOrder, id: orderOf(1).id }];
    there.deny('email');
    expect(await client().ask(documents.wholeOrder, { id: orderOf(1).id })).toMatchObject({
      kind: 'answered',
      data: { order: { email: null } },
      denied: ['order.email'],
    });
    there.deny('orders');
    expect(await client().ask(changedOrders, since)).toMatchObject({ kind: 'failed', code: 'access-denied' });
  });

  test('grants an app of the Dev Dashboard a token against each of its secrets, and another one when that ends', async () => {
    const admin = client({ credentials: { kind: 'app', clientId: 'c', secrets: ['the old one', 'the secret of the app'] } });
    expect(await admin.ask(subscriptions, {})).toMatchObject({ kind: 'answered' });
    there.revokeToken();
    expect(await admin.ask(subscriptions, {})).toMatchObject({ kind: 'answered' });

    const wrong = client({ credentials: { kind: 'app', clientId: 'c', secrets: ['the old one'] } });
    expect(await wrong.ask(subscriptions, {})).toMatchObject({ kind: 'failed', code: 'token-http-400' });
  });

  test('is asked one question at a time', async () => {
    const admin = client();
    there.drain(500);
    await Promise.all([1, 2, 3, 4].map(() => admin.ask(changedOrders, since)));
    expect(there.throttled).toBe(0);
  });
});

const money = { shopMoney: { amount: '1.00', currencyCode: 'GBP' } };
const fullOrder = {
  name: '#1',
  email: 'ada@example.com',
  test: false,
  currencyCode: 'GBP',
  discountCodes: [],
  createdAt: '2026-11-30T01:00:00Z',
  updatedAt: '2026-11-30T01:00:00Z',
  processedAt: '2026-11-30T01:00:00Z',
  totalPriceSet: money,
  currentTotalPriceSet: money,
  currentTotalTaxSet: money,
  totalShippingPriceSet: money,
  refunds: [],
  fulfillments: [],
  lineItems: [],
};
