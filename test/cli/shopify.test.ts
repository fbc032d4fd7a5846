import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tendShopify } from '../../src/app/shopify/tend-shopify.js';
import { readNotices } from '../../src/app/upkeep/read-notices.js';
import { runCli } from '../../src/cli/program.js';
import { hour } from '../../src/domain/time/instant.js';
import { createShopAdmin } from '../../src/shop-api/shopify/admin-client.js';
import { apiVersion, subscribedTopics } from '../../src/sources/shopify/subscriptions.js';
import { offerOf, putOfferInForce } from '../support/offers.js';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';
import { beans } from '../support/shopify.js';
import { adminToken, openShopifyAdmin, type ShopifyAdmin } from '../support/shopify-admin.js';
import { shopOrder } from '../support/shopify-things.js';

describe('sojourn shopify', () => {
  let there: ShopifyAdmin;
  let door: ShopDoor;
  let url: string;
  beforeAll(async () => {
    there = await openShopifyAdmin();
    const credentials = { kind: 'token', token: adminToken } as const;
    const shopAdmin = createShopAdmin({ shop: beans, url: there.url, version: apiVersion, credentials }, there.time);
    door = await openShopDoor({ shopAdmin });
    url = await door.server.listen({ host: '127.0.0.1', port: 0 });
  });
  beforeEach(async () => {
    there.begin();
    await door.begin();
    await sql`delete from shop_reconciles`.execute(door.store.db);
  });
  afterAll(async () => {
    await door.close();
    await there.close();
  });

  const cli = async (...args: readonly string[]) => {
    const said: string[] = [];
    const io = { env: {}, out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    const code = await runCli([...args, '--url', url, '--api-key', door.apiKey], io);
    return { code, text: said.join('\n') };
  };
  const due = () => sql`update shop_reconciles set next_real = 0`.execute(door.store.db);
  const notices = async () => (await readNotices(door.deps, [])).filter(({ code }) => code.startsWith('shopify'));

  test('connect sets up what is missing, and once only', async () => {
    const { code, text } = await cli('shopify', 'connect');
    expect(code).toBe(0);
    expect(text).toContain(`${subscribedTopics.length} topics set up now`);
    expect(text).toContain('customers/redact');
    expect(there.shop.subscriptions).toHaveLength(subscribedTopics.length);
    expect(there.shop.subscriptions[0]).toMatchObject({ uri: `https://shop.example/v1/shopify/${beans}/webhooks`, format: 'JSON' });
    expect((await cli('shopify', 'connect')).text).toContain('All were set up already.');
    expect(there.shop.subscriptions).toHaveLength(subscribedTopics.length);
    expect((await cli('shopify', 'connect', '--file')).text).toContain('[[webhooks.subscriptions]]');
  });

  test('check sets up again what Shopify dropped, and says it', async () => {
    expect((await cli('shopify', 'check')).text).toContain('No webhooks were set up over the API.');
    expect(there.shop.subscriptions).toEqual([]);

    await cli('shopify', 'connect');
    expect((await cli('shopify', 'check')).text).toContain(`All ${subscribedTopics.length} topics are there.`);
    there.shop.subscriptions = there.shop.subscriptions.filter(({ topic }) => topic !== 'ORDERS_PAID');
    const { code, text } = await cli('shopify', 'check');
    expect([code, text]).toEqual([0, expect.stringContaining('Shopify had dropped these, and they were set up again: orders/paid.')]);
    expect(there.shop.subscriptions.map(({ topic }) => topic)).toContain('ORDERS_PAID');
    expect(await notices()).toMatchObject([{ code: 'shopify-dropped' }]);
  });

  test('check names a webhook that a filter narrows, and does not touch it', async () => {
    await cli('shopify', 'connect');
    Object.assign(there.shop.subscriptions[0] ?? {}, { filter: 'id:1' });
    const { code, text } = await cli('shopify', 'check');
    expect([code, text]).toEqual([1, expect.stringContaining('come only in part')]);
    expect(there.shop.subscriptions).toHaveLength(subscribedTopics.length);
  });

  test('every round restores by itself what connect set up, and leaves the app’s file alone', async () => {
    await tendShopify(door.deps);
    expect(there.shop.subscriptions).toEqual([]);
    await cli('shopify', 'connect');
    there.shop.subscriptions = [];
    await due();
    await tendShopify(door.deps);
    expect(there.shop.subscriptions).toHaveLength(subscribedTopics.length);
  });

  test('the status says when the shop was asked, what was missing, and why it cannot be asked', async () => {
    const asked = async () => (await door.call('GET', '/v1/shopify')).body['asked'];
    expect(await asked()).toBeNull();
    there.shop.orders = [shopOrder('1', new Date(door.deps.clock.now()).toISOString())];
    await tendShopify(door.deps);
    expect(await asked()).toMatchObject({ foundLast: { orders: 1, checkouts: 0 }, failure: null });
    expect(await notices()).toEqual([]);

    there.failWith({ status: 401 });
    await due();
    await tendShopify(door.deps);
    expect(await notices()).toMatchObject([{ code: 'shopify-unasked', sentence: expect.stringContaining('SHOPIFY_TOKEN') as string }]);
    await due();
    await tendShopify(door.deps);
    expect(await notices()).toEqual([]);
    door.deps.clock.pass(2 * hour);
    expect(await notices()).toMatchObject([{ code: 'shopify-unasked' }]);
  });

  test('what Shopify refuses is said as it is', async () => {
    there.failWith({ status: 403 });
    expect(await cli('shopify', 'connect')).toMatchObject({
      code: 1,
      text: expect.stringContaining('whether the app is installed') as string,
    });
  });

  describe('make-codes', () => {
    const discount = { id: 'gid://shopify/DiscountCodeNode/77', codes: [] as string[] };
    const basic = (more: Record<string, unknown> = {}) => ({
      __typename: 'DiscountCodeBasic',
      status: 'ACTIVE',
      endsAt: null,
      usageLimit: 1,
      appliesOncePerCustomer: true,
      customerGets: { value: { __typename: 'DiscountPercentage', percentage: 0.1 } },
      ...more,
    });
    const make = (...args: readonly string[]) =>
      cli('shopify', 'make-codes', 'ten-percent', ...args, '--discount', '77', '--prefix', 'WREN-');
    const list = async () =>
      (await sql<{ code: string }>`select code from offer_codes order by seq`.execute(door.store.db)).rows.map(({ code }) => code);
    beforeEach(() => putOfferInForce(door.store, offerOf({ codes: { kind: 'imported', lowAt: 3 } })));

    test('adds the codes that Shopify made to the list of the offer, 250 at a time', async () => {
      there.shop.discounts = [{ ...discount, codes: [], codeDiscount: basic() }];
      there.shop.looks = 1;
      there.shop.takenEach = 100;
      const { code, text } = await make('300');
      expect([code, text]).toEqual([0, expect.stringContaining('298 codes made at Shopify and added to ten-percent.')]);
      expect(text).toContain('Shopify did not make 2 codes');
      expect(await list()).toEqual(there.shop.discounts[0]?.codes);
      expect((await list())[0]).toMatch(/^WREN-[A-Z0-9]{10}$/);
    });

    test.each([
      ['is another number', basic(), '78'],
      ['can be used more than once', basic({ usageLimit: null }), '77'],
      ['is over', basic({ status: 'EXPIRED' }), '77'],
      ['is not what the offer promises', basic({ customerGets: { value: { __typename: 'DiscountPercentage', percentage: 0.05 } } }), '77'],
      ['is another kind', { __typename: 'DiscountCodeFreeShipping', status: 'ACTIVE', endsAt: null, usageLimit: 1 }, '77'],
    ])('makes none for a discount that %s', async (_why, codeDiscount, number) => {
      there.shop.discounts = [{ ...discount, id: `gid://shopify/DiscountCodeNode/${number}`, codes: [], codeDiscount }];
      expect((await make('10')).code).toBe(1);
      expect(await list()).toEqual([]);
      expect(there.shop.discounts[0]?.codes).toEqual([]);
    });

    test('makes none for an offer that makes its codes itself, or that is not there', async () => {
      await putOfferInForce(door.store, offerOf({ id: 'own' }));
      expect((await cli('shopify', 'make-codes', 'own', '1', '--discount', '77')).text).toContain('makes its codes itself');
      expect((await cli('shopify', 'make-codes', 'none', '1', '--discount', '77')).text).toContain('There is no offer none.');
      expect((await cli('shopify', 'make-codes', 'own', 'many', '--discount', '77')).code).toBe(2);
    });
  });
});
