import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signedSourceRoutes } from '../../../src/api/routes/signed-sources.js';
import { turn } from '../../support/reminded.js';
import { openShopDoor, type ShopDoor } from '../../support/shop-door.js';
import { beans, clientSecret, exampleText, exampleTopics, webhook } from '../../support/shopify.js';
import { openMemoryStore, openServerStore } from '../../support/stores.js';
import { cartJourney, publish } from '../../support/turns.js';

type Body = Record<string, unknown>;

describe.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
] as const)('webhooks of Shopify (%s)', (_kind, open) => {
  let door: ShopDoor;
  let sent = 0;
  beforeAll(async () => {
    door = await openShopDoor({}, open, (deps) => [
      signedSourceRoutes(deps, { shopify: { account: beans, secrets: ['the key of the admin', clientSecret] } }),
    ]);
  });
  beforeEach(() => door.begin());
  afterAll(() => door.close());

  const instant = (minutes = 0) => new Date(door.deps.clock.now() + minutes * 60_000).toISOString();
  const post = async (topic: string, body: Body | string, how: Parameters<typeof webhook>[2] = {}) =>
    (await door.server.inject(webhook(topic, body, { id: `w-${++sent}`, ...how }))).statusCode;
  const letters = async () => (await door.call('GET', '/v1/dead-letters')).body['items'] as { source: string; reason: string }[];
  const events = async () =>
    (await door.store.db.selectFrom('events').select(['name', 'type']).orderBy('seq').execute()).map(({ name, type }) => name ?? type);

  const line = { product_id: 632910392, variant_id: 808950810, title: 'Mug', quantity: 2, price: '20.00' };
  const cart = () => ({ token: 'c1-7a', line_items: [line], updated_at: instant() });
  const checkout = () => ({
    token: 'bd5a',
    cart_token: 'c1-7a',
    email: 'ada@example.com',
    currency: 'GBP',
    total_price: '40.00',
    line_items: [line],
    completed_at: null,
    updated_at: instant(),
  });
  const order = (more: Body = {}) => ({
    id: 450789469,
    cart_token: 'c1-7a',
    checkout_token: 'bd5a',
    email: 'ada@example.com',
    currency: 'GBP',
    financial_status: 'paid',
    processed_at: instant(),
    updated_at: instant(),
    total_price: '40.00',
    current_total_price: '40.00',
    line_items: [line],
    ...more,
  });

  test('come in by the signature of one of the secrets, and have no effect without it', async () => {
    expect(await post('orders/create', order(), { secret: 'the key of the admin' })).toBe(200);
    expect(await post('orders/create', order({ id: 2 }), { secret: 'another' })).toBe(401);
    expect(await post('orders/create', order({ id: 3 }), { shop: 'other.myshopify.com' })).toBe(401);
    const tampered = webhook('orders/create', order({ id: 4 }));
    expect((await door.server.inject({ ...tampered, payload: tampered.payload.replace('40.00', '41.00') })).statusCode).toBe(401);

    expect((await door.store.db.selectFrom('orders').select('order_id').execute()).map(({ order_id }) => order_id)).toEqual(['450789469']);
    expect(await letters()).toEqual([]);
  });

  test('make a guest of a checkout reachable, and their order the end of the cart', async () => {
    await post('carts/update', cart());
    await post('checkouts/update', checkout());
    const guest = await door.person({ anonymousId: 'shopify-cart-c1-7a' });
    if (guest === null) throw new Error('The guest is nobody.');
    expect(guest).toMatchObject({ email: 'ada@example.com', carts: [{ token: 'c1-7a', lines: [{}] }] });

    await post('orders/create', order({ financial_status: 'pending' }));
    expect(await door.person({ userId: 'shopify-order-450789469' })).toMatchObject({
      id: guest.id,
      orders: [{ orderId: '450789469' }],
      carts: [{ state: 'ordered' }],
    });
  });

  test('alone make a reminder, and no second one after the order', async () => {
    await publish(door.store, cartJourney());
    await post('carts/update', cart());
    await post('checkouts/update', { ...checkout(), customer: { id: 207119551 } });
    await post('customers_email_marketing_consent/update', {
      customer_id: 207119551,
      email_address: 'ada@example.com',
      email_marketing_consent: { state: 'subscribed', opt_in_level: 'single_opt_in', consent_updated_at: instant() },
    });
    door.deps.clock.pass(60 * 60_000);
    const entries = () => door.store.db.selectFrom('entries').select(['id', 'outcome']).execute();
    const [{ id } = { id: '' }] = await entries();
    await turn(door.deps, id);
    const messages = () => door.store.db.selectFrom('messages').select(['step', 'state']).execute();
    expect(await messages()).toEqual([{ step: 'first', state: 'accepted' }]);

    door.deps.clock.pass(60 * 60_000);
    await post('orders/create', order({ customer: { id: 207119551 }, financial_status: 'pending' }));
    await turn(door.deps, id);
    expect(await entries()).toEqual([{ id, outcome: 'converted' }]);
    expect(await messages()).toHaveLength(1);
  });

  test('of one act have each their effect, and one that comes again has none', async () => {
    await post('orders/create', order({ financial_status: 'pending' }), { id: 'a' });
    await post('orders/paid', order(), { id: 'b' });
    await post('orders/paid', order(), { id: 'b' });
    expect((await events()).filter((name) => name.startsWith('Order'))).toEqual(['Order Created', 'Order Completed']);
  });

  test('that are signed and not read are kept, and answered 200', async () => {
    expect(await post('draft_orders/create', { id: 1 })).toBe(200);
    expect(await post('orders/create', '{"id": 1')).toBe(200);
    expect(await post('shop/redact', { shop_id: 1, shop_domain: beans })).toBe(200);
    expect((await letters()).map(({ source, reason }) => `${source} ${reason}`).toSorted()).toEqual([
      'shopify invalid-json',
      'shopify shop-redact',
      'shopify unknown-topic',
    ]);
  });

  test('of every topic are taken as Shopify documents them', async () => {
    for (const topic of exampleTopics) expect([topic, await post(topic, exampleText(topic) ?? '')]).toEqual([topic, 200]);
    expect((await letters()).map(({ reason }) => reason).toSorted()).toEqual(['app-uninstalled', 'data-request', 'shop-redact']);
    expect(await door.store.db.selectFrom('orders').select('order_id').execute()).toContainEqual({ order_id: '820982911946154508' });
    expect(await door.store.db.selectFrom('products').select('product_id').execute()).toContainEqual({ product_id: '788032119674292922' });
  });

  test('give the same state in any order of arrival, doubled and late', async () => {
    const refund = {
      id: 509562969,
      order_id: 450789469,
      processed_at: instant(40),
      refund_line_items: [{ quantity: 1, line_item: line }],
      transactions: [{ kind: 'refund', status: 'success', amount: '20.00' }],
    };
    const parcel = { id: 255858046, order_id: 450789469, status: 'success', shipment_status: null, updated_at: instant(20) };
    const all: readonly (readonly [string, Body])[] = [
      ['carts/update', { ...cart(), updated_at: instant(-20) }],
      ['checkouts/update', { ...checkout(), updated_at: instant(-10) }],
      ['products/create', { id: 632910392, title: 'Mug', status: 'active', variants: [], updated_at: instant(-30) }],
      ['products/update', { id: 632910392, title: 'Large mug', status: 'active', variants: [], updated_at: instant(5) }],
      ['orders/create', order({ financial_status: 'pending' })],
      ['orders/paid', order({ updated_at: instant(10) })],
      ['fulfillments/create', parcel],
      [
        'fulfillment_events/create',
        { id: 1, fulfillment_id: 255858046, order_id: 450789469, status: 'delivered', happened_at: instant(30) },
      ],
      ['refunds/create', refund],
      [
        'orders/updated',
        order({ financial_status: 'partially_refunded', current_total_price: '20.00', refunds: [refund], updated_at: instant(41) }),
      ],
    ];
    door.deps.clock.pass(60 * 60_000);
    const play = async (deliveries: typeof all) => {
      await door.begin();
      for (const [topic, body] of deliveries) await post(topic, body, { id: topic.replace('/', '-') });
      const person = await door.person({ userId: 'shopify-order-450789469' });
      const orders = await door.store.db.selectFrom('orders').select(['order_id', 'fold']).execute();
      // A cart that is ordered before its events come has no facts of its own: nobody is to be reminded of it.
      const facts = await door.store.db
        .selectFrom('facts')
        .select('name')
        .where('name', '~', '^(order|shipment)')
        .orderBy('name')
        .execute();
      const products = await door.store.db.selectFrom('products').select(['product_id', 'product']).execute();
      const carts = await door.store.db.selectFrom('carts').select('state').execute();
      return {
        email: person?.email,
        orders,
        products,
        carts,
        facts: facts.map(({ name }) => name),
        ids: person?.identities.map(({ value }) => value).toSorted(),
      };
    };
    const expected = await play(all);
    expect(expected).toMatchObject({ email: 'ada@example.com', orders: [{ order_id: '450789469' }] });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }), async (deliveries) => {
        expect(await play(deliveries)).toEqual(expected);
      }),
      { numRuns: 3 },
    );
  });

  test('of a cart and its checkout give the same open cart in any order of arrival', async () => {
    const all = [
      ['carts/update', cart(), 5],
      ['checkouts/create', { ...checkout(), email: null }, 10],
      ['checkouts/update', { ...checkout(), line_items: [{ ...line, quantity: 3 }] }, 15],
    ] as const;
    door.deps.clock.pass(60 * 60_000);
    const at = (minutes: number) => new Date(door.deps.clock.now() - (60 - minutes) * 60_000).toISOString();
    const events = all.map(([topic, body, minutes]) => [topic, { ...body, updated_at: at(minutes) }] as const);
    const play = async (deliveries: typeof events) => {
      await door.begin();
      for (const [topic, body] of deliveries) await post(topic, body, { id: topic.replace('/', '-') });
      const carts = await door.store.db.selectFrom('carts').select(['state', 'lines', 'currency', 'value', 'updated_at']).execute();
      return { carts, email: (await door.person({ anonymousId: 'shopify-cart-c1-7a' }))?.email };
    };
    const expected = await play(events);
    expect(expected).toMatchObject({ email: 'ada@example.com', carts: [{ state: 'open', currency: 'GBP', value: 60 }] });
    for (const shuffled of permutationsOf(events)) expect(await play([...shuffled, ...shuffled])).toEqual(expected);
  });

  test('of a merge of customers join our people, and those that ask for erasure erase them', async () => {
    const customer = (id: number) => ({ id, email: `c${id}@example.com`, first_name: 'Ada', updated_at: instant() });
    await post('customers/create', customer(1));
    await post('customers/create', customer(2));
    const merge = {
      admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/1',
      admin_graphql_api_customer_deleted_id: 'gid://shopify/Customer/2',
    };
    await post('customers/merge', { ...merge, status: 'completed' });
    const kept = (await door.person({ userId: 'shopify-customer-1' }))?.id ?? '';
    expect((await door.person({ userId: 'shopify-customer-2' }))?.id).toBe(kept);

    await post('customers/redact', { shop_domain: beans, customer: { id: 1, email: 'c1@example.com' }, orders_to_redact: [450789469] });
    const people = await door.store.db.selectFrom('profiles').select(['id', 'email', 'erased_at']).where('id', '=', kept).execute();
    expect(people).toMatchObject([{ email: null, erased_at: expect.anything() as unknown }]);
  });
});

function permutationsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length <= 1) return [all];
  return all.flatMap((one, place) => permutationsOf(all.toSpliced(place, 1)).map((others) => [one, ...others]));
}
