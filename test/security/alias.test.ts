import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';

let door: ShopDoor;
beforeAll(async () => {
  door = await openShopDoor();
});
beforeEach(async () => {
  await door.begin();
  await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com', firstName: 'Ada' } });
  await door.tells('identify', { userId: 'bea', traits: { email: 'bea@example.com', phone: '+447700900456' } });
});
afterAll(() => door.close());

const idOf = async (userId: string) => (await door.person({ userId }))?.id ?? null;
const token = (claims: object) => ({ userToken: door.token({ exp: door.realSeconds() + 3600, ...claims }) });

describe('two known users', () => {
  test.each([
    ['by nobody’s word', () => ({})],
    ['by the word of one of them', () => token({ sub: 'bea' })],
  ])('are not joined by a browser key: %s', async (_how, context) => {
    await door.says('alias', { messageId: 'm', userId: 'bea', previousId: 'ada', context: context() });
    expect(await idOf('ada')).not.toBe(await idOf('bea'));
    expect(await door.person({ userId: 'bea' })).toMatchObject({ email: 'bea@example.com', claims: [{ kind: 'user', value: 'ada' }] });
    expect(await door.notes('m')).toEqual(['user-not-vouched']);
    expect((await door.call('GET', '/v1/merges')).body).toMatchObject({ items: [] });
  });

  test('are joined by a server key, and by a token that names both', async () => {
    await door.says('alias', { userId: 'bea', previousId: 'ada', context: token({ sub: 'bea', previous: 'ada' }) });
    expect(await idOf('ada')).toBe(await idOf('bea'));
    await door.tells('identify', { userId: 'cyd', traits: {} });
    await door.tells('alias', { userId: 'bea', previousId: 'cyd' });
    expect(await idOf('cyd')).toBe(await idOf('bea'));
  });

  test('a new name of a stranger’s own is not put on a known user, who could be spoken for under it', async () => {
    await door.says('alias', { userId: 'mallory', previousId: 'ada', context: token({ sub: 'mallory' }) });
    expect(await idOf('mallory')).not.toBe(await idOf('ada'));
  });

  test('nobody puts aside for themselves the name of a user who is still to come', async () => {
    await door.says('alias', { userId: 'bea', previousId: 'later', context: token({ sub: 'bea' }) });
    await door.tells('identify', { userId: 'later', traits: { email: 'later@example.com' } });
    expect(await idOf('later')).not.toBe(await idOf('bea'));
    expect(await door.person({ userId: 'bea' })).toMatchObject({ email: 'bea@example.com' });
  });

  test('a visitor takes a name by alias, as old clients do', async () => {
    await door.says('track', { anonymousId: 'x', event: 'Product Added', properties: { cart_id: 'c', product_id: 'mug' } });
    await door.says('alias', { userId: 'new', previousId: 'x' });
    expect(await door.person({ userId: 'new' })).toMatchObject({ carts: [{ token: 'c' }] });
  });
});

describe('a merge of known people', () => {
  const merges = async () =>
    (await door.call('GET', '/v1/merges')).body as { items: { id: string; keyId: string; eventId: string; undoneAt: string | null }[] };

  test('is kept with who told it, and can be taken apart', async () => {
    const [ada, bea] = [await idOf('ada'), await idOf('bea')];
    await door.tells('track', { userId: 'ada', event: 'Product Added', properties: { cart_id: 'c-a', product_id: 'mug' } });
    await door.tells('track', { userId: 'ada', event: 'Consent Granted', properties: { channel: 'email' } });
    await door.tells('track', { userId: 'ada', event: 'Order Completed', properties: { order_id: 'o-a', total: 5, currency: 'GBP' } });
    await door.tells('alias', { messageId: 'join', userId: 'bea', previousId: 'ada' });
    await door.tells('track', { userId: 'ada', event: 'Order Completed', properties: { order_id: 'o-later', total: 5, currency: 'GBP' } });
    await door.tells('identify', { userId: 'bea', traits: { lastName: 'B' } });
    const { items } = await merges();
    expect(items).toMatchObject([{ eventId: 'join', keyId: door.shop.id, undoneAt: null }]);

    const undone = await door.call('POST', `/v1/merges/${items[0]?.id}/undo`, {});
    expect([undone.status, undone.body]).toMatchObject([200, { profileId: ada, fromProfileId: bea }]);
    expect(await door.person({ userId: 'ada' })).toMatchObject({
      id: ada,
      email: 'ada@example.com',
      phone: null,
      traits: { firstName: 'Ada' },
      carts: [{ token: 'c-a' }],
      consents: { acts: [{ state: 'granted' }] },
    });
    expect((await door.person({ userId: 'ada' }))?.orders.map(({ orderId }) => orderId).toSorted()).toEqual(['o-a', 'o-later']);
    const after = await door.person({ userId: 'bea' });
    expect(after).toMatchObject({
      id: bea,
      email: 'bea@example.com',
      phone: '+447700900456',
      carts: [],
      orders: [],
      consents: { acts: [] },
    });
    expect(after?.traits).toEqual({ email: 'bea@example.com', phone: '+447700900456', lastName: 'B' });
    expect((await door.call('POST', `/v1/merges/${items[0]?.id}/undo`, {})).status).toBe(409);
  });

  test('is taken apart from the newest on', async () => {
    await door.tells('identify', { userId: 'cyd', traits: { email: 'cyd@example.com' } });
    await door.tells('alias', { userId: 'bea', previousId: 'ada' });
    await door.tells('alias', { userId: 'cyd', previousId: 'bea' });
    const [newest, oldest] = (await merges()).items;
    expect(await door.call('POST', `/v1/merges/${oldest?.id}/undo`, {})).toMatchObject({ status: 409, body: { code: 'merged-further' } });
    expect((await door.call('POST', `/v1/merges/${newest?.id}/undo`, {})).status).toBe(200);
    expect((await door.call('POST', `/v1/merges/${oldest?.id}/undo`, {})).status).toBe(200);
    expect(new Set([await idOf('ada'), await idOf('bea'), await idOf('cyd')]).size).toBe(3);
    expect(await door.person({ userId: 'ada' })).toMatchObject({ email: 'ada@example.com' });
  });
});
