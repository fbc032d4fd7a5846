import type { AddressInfo } from 'node:net';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openShopDoor, type ShopDoor, signToken } from '../support/shop-door.js';

const product = { cart_id: 'cart-1', product_id: 'mug', name: 'Mug', price: 12, quantity: 1, currency: 'GBP' };

const productsOf = (person: Awaited<ReturnType<ShopDoor['person']>>) =>
  person?.carts.flatMap(({ lines }) => lines.map((line) => (line as { productId: string }).productId)).toSorted();

let door: ShopDoor;
beforeAll(async () => {
  door = await openShopDoor();
});
beforeEach(() => door.begin());
afterAll(() => door.close());

describe('a browser key and a known customer', () => {
  beforeEach(async () => {
    await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com', phone: '+447700900123', country: 'GB' } });
  });

  test.each([
    ['as her', { userId: 'ada' }],
    ['as her, from a browser of their own', { userId: 'ada', anonymousId: 'mine' }],
  ])('cannot send her mail elsewhere: %s', async (_how, ids) => {
    const answer = await door.says('identify', { ...ids, traits: { email: 'mallory@evil.example', phone: '+447700900999' } });
    expect(answer.status).toBe(200);
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@example.com', phone: '+447700900123' });
  });

  test('what it says of her is kept as a claim, shown, and noted on the event', async () => {
    await door.says('identify', { messageId: 'm', userId: 'ada', traits: { email: 'mallory@evil.example', firstName: 'Ada' } });
    const ada = await door.person({ userId: 'ada' });
    expect(ada?.claims).toMatchObject([{ kind: 'email', value: 'mallory@evil.example' }]);
    expect(ada?.traits).toMatchObject({ firstName: 'Ada' });
    expect(await door.notes('m')).toEqual(['address-not-vouched']);
  });

  test('cannot take an address away, nor say her own again and make a claim of it', async () => {
    await door.says('identify', { userId: 'ada', traits: { email: null, phone: '' } });
    await door.says('identify', { userId: 'ada', traits: { email: 'ADA@example.com ' } });
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@example.com', phone: '+447700900123', claims: [] });
  });

  test('cannot bring an address in through a visitor who turns out to be her', async () => {
    await door.says('identify', { anonymousId: 'mine', traits: { email: 'mallory@evil.example' } });
    await door.says('identify', { userId: 'ada', anonymousId: 'mine' });
    await door.says('alias', { userId: 'ada', previousId: 'mine' });
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@example.com' });
    expect(await door.person({ anonymousId: 'mine' })).toMatchObject({
      email: 'mallory@evil.example',
      claims: [{ kind: 'user', value: 'ada' }],
      identities: [{ kind: 'anonymous', value: 'mine' }],
    });
  });

  test('cannot make another number of hers by telling another country', async () => {
    await door.tells('identify', { userId: 'bea', traits: { phone: '07700 900456', country: 'GB' } });
    await door.says('identify', { userId: 'bea', traits: { country: 'US' } });
    expect(await door.person({ userId: 'bea' })).toMatchObject({ phone: '+447700900456' });
  });

  test('cannot put lines into her cart', async () => {
    await door.tells('track', { userId: 'ada', event: 'Product Added', properties: product });
    await door.says('track', { messageId: 'm', userId: 'ada', event: 'Product Added', properties: { ...product, product_id: 'invoice' } });
    await door.says('track', { userId: 'ada', anonymousId: 'mine', event: 'Product Added', properties: { ...product, cart_id: 'cart-2' } });
    expect((await door.person({ userId: 'ada' }))?.carts).toMatchObject([{ token: 'cart-1', lines: [{ productId: 'mug' }] }]);
    expect(await door.notes('m')).toEqual(['cart-not-vouched']);
    expect((await door.person({ anonymousId: 'mine' }))?.carts).toMatchObject([{ token: 'cart-2' }]);
  });

  test('ends what waits for her: a reminder after an order is the worse mistake', async () => {
    await door.says('track', {
      userId: 'ada',
      anonymousId: 'mine',
      event: 'Order Completed',
      properties: { order_id: 'o-1', total: 12, currency: 'GBP' },
    });
    expect((await door.person({ userId: 'ada' }))?.orders).toMatchObject([{ orderId: 'o-1' }]);
  });

  test('raises an objection for her and lifts none', async () => {
    await door.says('identify', { userId: 'ada', anonymousId: 'mine', traits: { profiling_allowed: false } });
    await door.says('identify', { messageId: 'm', userId: 'ada', traits: { profiling_allowed: true, tracking_allowed: null } });
    expect((await door.person({ userId: 'ada' }))?.traits).toMatchObject({ profiling_allowed: false });
    expect(await door.notes('m')).toEqual(['objection-stands']);
    await door.tells('identify', { userId: 'ada', traits: { profiling_allowed: true } });
    expect((await door.person({ userId: 'ada' }))?.traits).toMatchObject({ profiling_allowed: true });
  });

  test('takes no place of hers before she is there: what the shop says of her first stands over it', async () => {
    await door.says('identify', { userId: 'new', traits: { email: 'mallory@evil.example', phone: '+447700900999' } });
    await door.tells('identify', { userId: 'new', traits: { email: 'new@example.com' } });
    expect(await door.person({ userId: 'new' })).toMatchObject({ email: 'new@example.com', phone: null });
  });
});

describe('the honest neighbour with a browser key', () => {
  test('a guest types her address at the checkout, mends it, and leaves a cart', async () => {
    await door.says('track', { anonymousId: 'visitor-1', event: 'Product Added', properties: product });
    await door.says('identify', { anonymousId: 'visitor-1', traits: { email: 'gust@example.com' } });
    await door.says('identify', { anonymousId: 'visitor-1', traits: { email: 'guest@example.com' } });
    expect(await door.person({ anonymousId: 'visitor-1' })).toMatchObject({
      email: 'guest@example.com',
      claims: [],
      carts: [{ token: 'cart-1', lines: [{ productId: 'mug' }] }],
    });
  });

  test('a visitor signs up, and her browser goes on filling her cart', async () => {
    await door.says('track', { anonymousId: 'x', event: 'Product Added', properties: product });
    await door.says('identify', { userId: 'new', anonymousId: 'x', traits: { email: 'new@example.com' } });
    await door.says('track', { userId: 'new', anonymousId: 'x', event: 'Product Added', properties: { ...product, product_id: 'cup' } });
    const person = await door.person({ userId: 'new' });
    expect(person).toMatchObject({ email: 'new@example.com', claims: [] });
    expect(productsOf(person)).toEqual(['cup', 'mug']);
    expect(person?.id).toBe((await door.person({ anonymousId: 'x' }))?.id);
  });

  test('a visitor who was signed in before Sojourn came is joined when she is named', async () => {
    await door.says('page', { userId: 'new', anonymousId: 'x' });
    await door.says('track', { anonymousId: 'x', event: 'Product Added', properties: product });
    await door.says('identify', { userId: 'new', anonymousId: 'x', traits: { email: 'new@example.com' } });
    expect(await door.person({ userId: 'new' })).toMatchObject({ email: 'new@example.com', carts: [{ token: 'cart-1' }] });
  });

  test('the client of Segment works as documented', async () => {
    await door.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = door.server.server.address() as AddressInfo;
    const errors: unknown[] = [];
    const analytics = new Analytics({ writeKey: door.browser.secret, host: `http://127.0.0.1:${port}`, flushAt: 3 }).on('error', (error) =>
      errors.push(error),
    );
    await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com' } });
    door.deps.clock.pass(60_000);
    const context = { userToken: door.token({ sub: 'ada', exp: door.realSeconds() + 3600 }) };
    analytics.track({ anonymousId: 'x', event: 'Product Added', properties: product });
    analytics.identify({ userId: 'ada', anonymousId: 'x', traits: { email: 'ada@new.example' }, context } as never);
    analytics.track({ userId: 'ada', event: 'Product Added', properties: { ...product, product_id: 'cup' }, context } as never);
    await analytics.closeAndFlush();
    expect(errors).toEqual([]);
    const ada = await door.person({ userId: 'ada' });
    expect([ada?.email, productsOf(ada)]).toEqual(['ada@new.example', ['cup', 'mug']]);
    const stored = await door.store.db.selectFrom('events').select('payload').execute();
    expect(JSON.stringify(stored)).not.toContain(context.userToken);
  });
});

describe('a user token', () => {
  beforeEach(async () => {
    await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com' } });
  });
  const says = (userToken: unknown, more: object = {}) =>
    door.says('identify', { messageId: 'm', userId: 'ada', traits: { email: 'ada@new.example' }, context: { userToken }, ...more });
  const inAnHour = () => door.realSeconds() + 3600;

  test('makes a browser’s word as good as a server’s, for its user', async () => {
    await says(door.token({ sub: 'ada', exp: inAnHour() }));
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@new.example', claims: [] });
  });

  test.each([
    ['of another user', () => door.token({ sub: 'bea', exp: inAnHour() }), 'token-of-another'],
    ['past its time', () => door.token({ sub: 'ada', exp: inAnHour() - 7200 }), 'token-expired'],
    ['not yet good', () => door.token({ sub: 'ada', exp: inAnHour(), nbf: inAnHour() - 60 }), 'token-expired'],
    ['without an end', () => door.token({ sub: 'ada' }), 'token-claims'],
    ['for more than a day', () => door.token({ sub: 'ada', exp: inAnHour() + 86_400 }), 'token-claims'],
    ['of nobody', () => door.token({ exp: inAnHour() }), 'token-claims'],
    ['signed by another secret', () => signToken({ sub: 'ada', exp: inAnHour() }, 'another'), 'token-signature'],
    ['signed by the key itself', () => signToken({ sub: 'ada', exp: inAnHour() }, door.browser.secret), 'token-signature'],
    [
      'that says it needs no signature',
      () => `${signToken({ sub: 'ada', exp: inAnHour() }, '', { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
      'token-signature',
    ],
    ['that is none', () => 'x'.repeat(5_000), 'token-signature'],
  ])('%s vouches for nobody, and the event says so', async (_what, token, note) => {
    expect((await says(token())).status).toBe(200);
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@example.com' });
    expect(await door.notes('m')).toContain(note);
  });

  test('goes on for a day after its secret was replaced, and ends at once when it leaked', async () => {
    const old = ((await door.call('GET', '/v1/user-token-secret')).body as { secret: string }).secret;
    const secret = ((await door.call('POST', '/v1/user-token-secret/rotate', {})).body as { secret: string }).secret;
    door.deps.clock.pass(5_000);
    await says(signToken({ sub: 'ada', exp: inAnHour() }, old));
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@new.example' });

    await door.call('POST', '/v1/user-token-secret/rotate', { now: true });
    door.deps.clock.pass(5_000);
    await says(signToken({ sub: 'ada', exp: inAnHour() }, secret), { messageId: 'late', traits: { email: 'ada@late.example' } });
    expect(await door.notes('late')).toContain('token-signature');
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@new.example' });
  });
});
