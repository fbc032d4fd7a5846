import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signedSourceRoutes } from '../../../src/api/routes/signed-sources.js';
import { hour } from '../../../src/domain/time/instant.js';
import { type Canary, leaksIn } from '../../support/canaries.js';
import { turn } from '../../support/reminded.js';
import { shop } from '../../support/shop.js';
import { openShopDoor, type ShopDoor } from '../../support/shop-door.js';
import { beans, clientSecret, exampleText, exampleTopics, webhook } from '../../support/shopify.js';
import { openMemoryStore, openServerStore } from '../../support/stores.js';
import { cartJourney, publish } from '../../support/turns.js';

type Body = Record<string, unknown>;

/** Beyond 2^53: a double would end in …740992. */
const big = '9007199254740993';

describe.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
] as const)('webhooks of Shopify alone (%s)', (_kind, open) => {
  let door: ShopDoor;
  let sent = 0;
  beforeAll(async () => {
    door = await openShopDoor(
      {
        shop: { ...shop, cartLink: 'https://beans.example/cart/{{lines}}' },
        renderer: {
          render: async (_template, _version, { cart }) => ({
            kind: 'email' as const,
            subject: 'Still there',
            html: cart?.url ?? '',
            text: '',
            locale: 'en',
            contentHash: 'hash',
            templateVersion: 1,
            atMostOnce: false,
          }),
        },
      },
      open,
      (deps) => [signedSourceRoutes(deps, { shopify: { account: beans, secrets: [clientSecret] } })],
    );
  });
  beforeEach(() => door.begin());
  afterAll(() => door.close());

  const instant = () => new Date(door.deps.clock.now()).toISOString();
  const post = async (topic: string, body: Body | string) => {
    const answer = await door.server.inject(webhook(topic, body, { id: `w-${++sent}` }));
    expect([topic, answer.statusCode]).toEqual([topic, 200]);
  };
  /** Large numbers as Shopify writes them: digits, without quotation marks. */
  const raw = (body: Body): string => JSON.stringify(body).replace(/"(\d{16,})"/g, '$1');
  const everything = async (): Promise<string> => {
    const tables = await sql<{
      name: string;
    }>`select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'`.execute(door.store.db);
    const texts = [];
    for (const { name } of tables.rows)
      texts.push(JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(door.store.db)).rows));
    return texts.join('\n');
  };

  const line = { product_id: big, variant_id: big, title: 'Mug', quantity: 2, price: '20.00' };
  const cart = () => ({ token: 'c1-7a', line_items: [line], updated_at: instant() });
  const checkout = (more: Body = {}) => ({
    token: 'bd5a',
    cart_token: 'c1-7a',
    email: null,
    customer: null,
    currency: 'GBP',
    total_price: '40.00',
    line_items: [line],
    abandoned_checkout_url: 'https://beans.example/1/checkouts/ac/c1-7a/recover?key=secret-key',
    completed_at: null,
    updated_at: instant(),
    ...more,
  });
  const order = (more: Body = {}) => ({
    id: big,
    name: '#1001',
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
  const consent = () => ({
    customer_id: big,
    email_address: 'ada@example.com',
    email_marketing_consent: { state: 'subscribed', opt_in_level: 'single_opt_in', consent_updated_at: instant() },
  });

  test('remind a guest with the link to their cart, every digit in it, and not after the order', async () => {
    await publish(door.store, cartJourney());
    await post('carts/create', raw(cart()));
    await post('checkouts/create', raw(checkout()));
    await post('checkouts/update', raw(checkout({ email: 'ada@example.com' })));
    // Shopify keeps a customer for a guest too: who has no account, but may agree to mails.
    await post('customers/create', raw({ id: big, email: 'ada@example.com', updated_at: instant() }));
    await post('customers_email_marketing_consent/update', raw(consent()));
    await post('checkouts/update', raw(checkout({ email: 'ada@example.com', customer: { id: big } })));

    door.deps.clock.pass(hour);
    const entries = () => door.store.db.selectFrom('entries').select(['id', 'outcome']).execute();
    const [{ id } = { id: '' }] = await entries();
    const before = door.deps.providers.email.submitted.length;
    await turn(door.deps, id);
    const [mail] = door.deps.providers.email.submitted.slice(before);
    expect(mail).toMatchObject({ to: { address: 'ada@example.com' } });
    const link = await door.server.inject({ method: 'GET', url: new URL(mail?.html ?? '').pathname });
    expect([link.statusCode, link.headers.location]).toEqual([302, `https://beans.example/cart/${big}:2`]);

    door.deps.clock.pass(hour);
    await post('orders/create', raw(order({ financial_status: 'pending' })));
    door.deps.clock.pass(48 * hour);
    await turn(door.deps, id);
    expect(await entries()).toEqual([{ id, outcome: 'converted' }]);
    expect(door.deps.providers.email.submitted).toHaveLength(before + 1);
  });

  test('keep every digit of an id in the store and in the API', async () => {
    await post('orders/create', raw(order({ customer: { id: big } })));
    await post(
      'products/update',
      raw({ id: big, title: 'Mug', status: 'active', variants: [{ id: big, price: '20.00' }], updated_at: instant() }),
    );
    const person = await door.person({ userId: `shopify-customer-${big}` });
    expect(person?.orders).toMatchObject([{ orderId: big }]);
    const shown = JSON.stringify((await door.call('GET', `/v1/products/${big}`)).body);
    expect(new Set(shown.match(/9007199254740\d+/g))).toEqual(new Set([big]));
    expect(await everything()).not.toMatch(/900719925474099[24]/);
  });

  test('of every topic change nothing when a byte is another', async () => {
    const before = await everything();
    for (const topic of exampleTopics) {
      const { payload, ...rest } = webhook(topic, exampleText(topic) ?? '', { id: `t-${++sent}` });
      const at = Math.floor(payload.length / 2);
      const other = payload[at] === '1' ? '2' : '1';
      const tampered = `${payload.slice(0, at)}${other}${payload.slice(at + 1)}`;
      expect([topic, (await door.server.inject({ ...rest, payload: tampered })).statusCode]).toEqual([topic, 401]);
    }
    expect(await everything()).toBe(before);
  });

  describe('that ask for erasure', () => {
    const planted: readonly Canary[] = [
      { name: 'email', value: 'ada@planted.example' },
      { name: 'first name', value: 'Planted-Ada' },
      { name: 'last name', value: 'Planted-Lovelace' },
      { name: 'phone', value: '+447700900771' },
      { name: 'street', value: 'Planted Street 7' },
      { name: 'company', value: 'Planted & Sons' },
      { name: 'note', value: 'planted-note' },
      { name: 'computer', value: '203.0.113.77' },
      { name: 'key', value: 'planted-key' },
      { name: 'order', value: '#planted-1001' },
      { name: 'customer', value: '7000000000000771' },
    ];
    const [email, first, last, phone, street, company, note, computer, key, name, customerId] = planted.map(({ value }) => value);
    const address = { first_name: first, last_name: last, phone, address1: street, company, city: 'London', country_code: 'GB' };
    const customer = { id: customerId, email, phone, first_name: first, last_name: last, note, default_address: address };
    const contact = { email, phone, customer, billing_address: address, shipping_address: address };
    const secrets = {
      browser_ip: computer,
      client_details: { browser_ip: computer },
      order_status_url: `https://beans.example/o?key=${key}`,
      note,
    };
    const all = (): readonly (readonly [string, Body])[] => {
      const refund = {
        id: '7000000000000991',
        order_id: big,
        note,
        transactions: [{ kind: 'refund', status: 'success', amount: '1.00', receipt: { payer: email } }],
        refund_line_items: [],
      };
      return [
        ['carts/update', cart()],
        ['checkouts/create', checkout({ ...contact, ...secrets, abandoned_checkout_url: `https://beans.example/r?key=${key}` })],
        ['customers/create', { ...customer, updated_at: instant() }],
        ['customers/update', { ...customer, updated_at: instant() }],
        ['customer.tags_added', { customerId: `gid://shopify/Customer/${customerId}`, tags: [note], occurredAt: instant() }],
        ['customers_email_marketing_consent/update', { ...consent(), customer_id: customerId, email_address: email }],
        [
          'customers_marketing_consent/update',
          {
            id: customerId,
            phone,
            sms_marketing_consent: { state: 'subscribed', opt_in_level: 'single_opt_in', consent_updated_at: instant() },
          },
        ],
        ['orders/create', order({ name, ...contact, ...secrets })],
        ['orders/paid', order({ name, ...contact, ...secrets })],
        ['fulfillments/create', { id: '1', order_id: big, status: 'success', email, destination: address, updated_at: instant() }],
        ['refunds/create', refund],
        // Kept for a person to look at: a topic that is not read, and a body that cannot be.
        ['draft_orders/create', { id: '5', ...contact }],
      ];
    };

    test.each([
      ['the customer', { id: customerId, email, phone }, []],
      ['an address alone', { email }, []],
      ['a number alone', { phone }, []],
      ['an order', {}, [big]],
    ])('of %s leave no trace of the person', async (_by, who, orders) => {
      for (const [topic, body] of all()) await post(topic, raw(body));
      expect(new Set(leaksIn('store', await everything(), planted).map(({ canary }) => canary))).toEqual(
        new Set(['email', 'first name', 'last name', 'phone', 'street', 'company', 'note', 'order', 'customer']),
      );
      await post('customers/redact', raw({ shop_id: 1, shop_domain: beans, customer: who, orders_to_redact: orders }));
      expect(leaksIn('store', await everything(), planted)).toEqual([]);
    });
  });
});
