import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signedSourceRoutes } from '../../../src/api/routes/signed-sources.js';
import { reconcile } from '../../../src/app/shopify/reconcile.js';
import { tendShopify } from '../../../src/app/shopify/tend-shopify.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { createShopAdmin } from '../../../src/shop-api/shopify/admin-client.js';
import { apiVersion } from '../../../src/sources/shopify/subscriptions.js';
import { readShopReconcile } from '../../../src/store/shop-reconciles.js';
import { turn } from '../../support/reminded.js';
import { openShopDoor, type ShopDoor } from '../../support/shop-door.js';
import { beans, clientSecret, webhook } from '../../support/shopify.js';
import { adminToken, openShopifyAdmin, type ShopifyAdmin } from '../../support/shopify-admin.js';
import { mugs, pounds, shopCheckout, shopOrder } from '../../support/shopify-things.js';
import { openMemoryStore, openServerStore } from '../../support/stores.js';
import { cartJourney, publish } from '../../support/turns.js';

describe.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
] as const)('what webhooks missed (%s)', (_kind, open) => {
  let door: ShopDoor;
  let there: ShopifyAdmin;
  let admin: ReturnType<typeof createShopAdmin>;
  let sent = 0;
  beforeAll(async () => {
    there = await openShopifyAdmin({ pageLimit: 3 });
    door = await openShopDoor({}, open, (deps) => [signedSourceRoutes(deps, { shopify: { account: beans, secrets: [clientSecret] } })]);
    const credentials = { kind: 'token', token: adminToken } as const;
    admin = createShopAdmin({ shop: beans, url: there.url, version: apiVersion, credentials }, there.time);
  });
  beforeEach(async () => {
    there.begin();
    await door.begin();
    await door.store.db.deleteFrom('shop_reconciles').execute();
  });
  afterAll(async () => {
    await door.close();
    await there.close();
  });

  const instant = (ms = 0) => new Date(door.deps.clock.now() + ms).toISOString().replace('.000Z', 'Z');
  const post = async (topic: string, body: Record<string, unknown>) =>
    expect((await door.server.inject(webhook(topic, body, { id: `w-${++sent}` }))).statusCode).toBe(200);
  const round = () => reconcile(door.deps, admin);
  const orders = async () => await door.store.db.selectFrom('orders').select(['order_id', 'status', 'net']).orderBy('order_id').execute();
  const events = async () =>
    (await door.store.db.selectFrom('events').select('name').where('type', '=', 'track').execute()).map(({ name }) => name);

  const line = { product_id: 632910392, variant_id: 808950810, title: 'Mug', quantity: 2, price: '20.00' };
  const checkout = () => ({
    token: 'bd5a',
    cart_token: 'c1-7a',
    customer: { id: 207119551 },
    email: 'ada@example.com',
    currency: 'GBP',
    total_price: '40.00',
    line_items: [line],
    completed_at: null,
    updated_at: instant(),
  });
  const consent = () => ({
    customer_id: 207119551,
    email_address: 'ada@example.com',
    email_marketing_consent: { state: 'subscribed', opt_in_level: 'single_opt_in', consent_updated_at: instant() },
  });

  test('an order whose webhook was lost is found before the next mail', async () => {
    await publish(door.store, cartJourney());
    await post('carts/update', { token: 'c1-7a', line_items: [line], updated_at: instant() });
    await post('checkouts/update', checkout());
    await post('customers_email_marketing_consent/update', consent());
    door.deps.clock.pass(hour);
    const entries = () => door.store.db.selectFrom('entries').select(['id', 'outcome']).execute();
    const [{ id } = { id: '' }] = await entries();
    await turn(door.deps, id);
    const mails = () => door.deps.providers.email.submitted.length;
    const first = mails();
    expect(await door.store.db.selectFrom('messages').select(['step', 'state']).execute()).toEqual([{ step: 'first', state: 'accepted' }]);

    door.deps.clock.pass(hour);
    there.shop.orders = [
      shopOrder('450789469', instant(), { customer: { id: 'gid://shopify/Customer/207119551' }, displayFinancialStatus: 'PENDING' }),
    ];
    door.deps.clock.pass(10 * minute);
    expect(await round()).toEqual({ orders: 1, checkouts: 0 });
    door.deps.clock.pass(day);
    await turn(door.deps, id);
    expect(await entries()).toEqual([{ id, outcome: 'converted' }]);
    expect(mails()).toBe(first);
  });

  test('an order that webhooks told of is not taken again, and its newer version is', async () => {
    const order = {
      id: 450789469,
      cart_token: 'c1-7a',
      currency: 'GBP',
      financial_status: 'paid',
      total_price: '40.00',
      line_items: [line],
    };
    await post('orders/paid', { ...order, email: 'ada@example.com', processed_at: instant(), updated_at: instant() });
    there.shop.orders = [shopOrder('450789469', instant())];
    const told = await events();
    expect(await round()).toEqual({ orders: 0, checkouts: 0 });
    expect(await events()).toEqual(told);

    door.deps.clock.pass(minute);
    there.shop.orders = [
      shopOrder('450789469', instant(), { processedAt: instant(-minute), cancelledAt: instant(), currentTotalPriceSet: pounds('0.00') }),
    ];
    expect(await round()).toEqual({ orders: 1, checkouts: 0 });
    expect(await orders()).toMatchObject([{ order_id: '450789469', status: 'cancelled' }]);
    // The webhook comes after all.
    const late = { ...order, email: 'ada@example.com', processed_at: instant(-minute), updated_at: instant(-minute) };
    await post('orders/updated', late);
    expect(await orders()).toMatchObject([{ order_id: '450789469', status: 'cancelled' }]);
    expect(await round()).toEqual({ orders: 0, checkouts: 0 });
  });

  test('an order comes whole: lines of all pages, refunds, parcels, every digit', async () => {
    const lines = [1, 2, 3, 4, 5].map((n) => ({ ...mugs, product: { id: `gid://shopify/Product/${n}` } }));
    there.shop.refunds = [
      {
        id: 'gid://shopify/Refund/9',
        createdAt: instant(),
        transactions: [{ kind: 'REFUND', status: 'SUCCESS', amountSet: pounds('20.00') }],
        refundLineItems: [{ quantity: 1, lineItem: lines[0] }],
      },
    ];
    there.shop.orders = [
      shopOrder('9007199254740993', instant(), {
        lineItems: lines,
        totalPriceSet: pounds('200.00'),
        currentTotalPriceSet: pounds('180.00'),
        displayFinancialStatus: 'PARTIALLY_REFUNDED',
        refunds: [{ id: 'gid://shopify/Refund/9' }],
        fulfillments: [
          { id: 'gid://shopify/Fulfillment/7', status: 'SUCCESS', displayStatus: 'DELIVERED', updatedAt: instant(), trackingInfo: [] },
        ],
      }),
    ];
    expect(await round()).toEqual({ orders: 1, checkouts: 0 });
    expect(await orders()).toEqual([{ order_id: '9007199254740993', status: 'paid', net: 180 }]);
    expect(await door.store.db.selectFrom('order_lines').select('product_id').execute()).toHaveLength(5);
    const facts = (await door.store.db.selectFrom('facts').select('name').execute()).map(({ name }) => name);
    expect(facts).toEqual(expect.arrayContaining(['order.paid', 'order.refunded', 'shipment.delivered']));
  });

  test('a round that fails keeps what it took, and the next one goes on there', async () => {
    there.shop.orders = Array.from({ length: 7 }, (_, n) =>
      shopOrder(String(n + 1), instant(-hour + n * minute), { cartToken: `c${n}`, checkoutToken: null }),
    );
    const known = () => readShopReconcile(door.store.db, beans);
    // The first page has three orders, of two questions each; then the shop is away.
    const ask: typeof admin.ask = async (document, variables) =>
      there.asked.length >= 7
        ? { kind: 'failed', code: 'unreachable', sentence: 'Shopify cannot be reached.' }
        : admin.ask(document, variables);
    await expect(reconcile(door.deps, { ...admin, ask })).rejects.toThrow('cannot be reached');
    expect(await orders()).toHaveLength(3);
    expect(await known()).toMatchObject({ succeededAt: null, failure: 'Shopify cannot be reached.', foundLast: { orders: 3 } });

    expect(await round()).toEqual({ orders: 4, checkouts: 0 });
    expect(await orders()).toHaveLength(7);
    const now = door.deps.clock.now();
    expect(await known()).toMatchObject({ ordersTo: now, checkoutsTo: now, succeededAt: now, failure: null, found: { orders: 7 } });
  });

  test('a checkout that no webhook told of makes a cart of its customer, once', async () => {
    there.shop.checkouts = [
      shopCheckout('123', instant(-hour), '207119551'),
      shopCheckout('124', instant(-hour), '8', { completedAt: instant() }),
      shopCheckout('125', instant(-hour), '9', { customer: null }),
    ];
    expect(await round()).toEqual({ orders: 0, checkouts: 1 });
    const person = await door.person({ userId: 'shopify-customer-207119551' });
    expect(person).toMatchObject({ email: 'ada@example.com', carts: [{ lines: [{}] }] });
    expect(JSON.stringify(await door.store.db.selectFrom('events').select('payload').execute())).not.toContain('secret-key');
    expect(await round()).toEqual({ orders: 0, checkouts: 0 });

    // Its webhook comes late: it is the same cart.
    await post('checkouts/update', { ...checkout(), updated_at: instant(-hour) });
    expect((await door.person({ userId: 'shopify-customer-207119551' }))?.carts).toHaveLength(1);
  });

  test('a checkout that webhooks told of is not taken again', async () => {
    await post('checkouts/update', checkout());
    there.shop.checkouts = [shopCheckout('123', instant(), '207119551')];
    expect(await round()).toEqual({ orders: 0, checkouts: 0 });
  });

  test('is asked for by one process at a time, and again when it is due', async () => {
    const deps = { ...door.deps, shopAdmin: admin };
    there.shop.orders = [shopOrder('1', instant())];
    await Promise.all([tendShopify(deps), tendShopify(deps)]);
    await tendShopify(deps);
    expect(there.asked.filter((name) => name === 'ChangedOrders')).toHaveLength(1);

    await door.store.db.updateTable('shop_reconciles').set({ next_real: 0 }).execute();
    await tendShopify(deps);
    expect(there.asked.filter((name) => name === 'ChangedOrders')).toHaveLength(2);
  });

  test('reaches back no further than Shopify answers', async () => {
    await round();
    door.deps.clock.pass(90 * day);
    there.shop.orders = [shopOrder('1', instant(-70 * day)), shopOrder('2', instant(-50 * day), { cartToken: null, checkoutToken: null })];
    expect(await round()).toEqual({ orders: 1, checkouts: 0 });
  });
});
