import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';

let door: ShopDoor;
beforeAll(async () => {
  door = await openShopDoor();
});
beforeEach(() => door.begin());
afterAll(() => door.close());

const order = (orderId: string) => ({ event: 'Order Completed', properties: { order_id: orderId, total: 12, currency: 'GBP' } });
const ordersOf = async (userId: string) => (await door.person({ userId }))?.orders.map(({ orderId }) => orderId) ?? [];
const events = () => door.store.db.selectFrom('events').select(['message_id', 'told_id', 'name']).orderBy('seq').execute();

describe('an id that a stranger took before', () => {
  test.each([
    ['about themselves', { anonymousId: 'mine' }],
    ['about the customer', { userId: 'ada' }],
  ])('drops no order that the shop tells under it: %s', async (_how, ids) => {
    await door.tells('identify', { userId: 'ada', traits: {} });
    await door.says('track', { messageId: 'order-1', ...ids, event: 'Squatted' });
    expect((await door.tells('track', { messageId: 'order-1', userId: 'ada', ...order('o-1') })).status).toBe(200);
    expect(await ordersOf('ada')).toEqual(['o-1']);
  });

  test('is told as such, and the shop’s second attempt is still one order', async () => {
    await door.says('track', { messageId: 'order-1', anonymousId: 'mine', event: 'Squatted' });
    for (const _attempt of [1, 2, 3]) await door.tells('track', { messageId: 'order-1', userId: 'ada', ...order('o-1') });
    const [squatted, own, ...others] = await events();
    expect(squatted).toMatchObject({ message_id: 'order-1', told_id: null, name: 'Squatted' });
    expect(own).toMatchObject({ told_id: 'order-1', name: 'Order Completed' });
    expect(others).toEqual([]);
    expect(await door.notes(own?.message_id ?? '')).toEqual(['message-id-taken']);
    const shown = (await door.call('GET', '/v1/events/order-1')).body as { others: readonly string[] };
    expect(shown.others).toEqual([own?.message_id]);
  });

  test('in one request, and by one key: two people are two events', async () => {
    const batch = ['a', 'b', 'a'].map((anonymousId) => ({ type: 'track', messageId: 'm', anonymousId, event: 'Seen' }));
    await door.post(door.browser.secret, 'batch', { batch });
    await door.post(door.browser.secret, 'batch', { batch });
    expect(await events()).toHaveLength(2);
  });
});

describe('a client that tries again', () => {
  test('after its key was replaced, is known', async () => {
    await door.tells('track', { messageId: 'm', userId: 'ada', event: 'Seen' });
    const next = (await door.call('POST', `/v1/write-keys/${door.shop.id}/rotate`)).body as { secret: string; key: { id: string } };
    await door.post(next.secret, 'track', { messageId: 'm', userId: 'ada', event: 'Seen' });
    const last = (await door.call('POST', `/v1/write-keys/${next.key.id}/rotate`)).body as { secret: string };
    await door.post(last.secret, 'track', { messageId: 'm', userId: 'ada', event: 'Seen' });
    expect(await events()).toHaveLength(1);
  });

  test('after the visitor said who they are, is known', async () => {
    const seen = { messageId: 'm', anonymousId: 'x', event: 'Seen' };
    await door.says('track', seen);
    await door.says('identify', { userId: 'new', anonymousId: 'x' });
    await door.says('track', seen);
    await door.says('track', { ...seen, userId: 'new' });
    expect(await events()).toHaveLength(2);
  });

  test('after the visitor was merged into the customer whom they turned out to be, is known', async () => {
    await door.tells('identify', { userId: 'ada', traits: {} });
    const seen = { messageId: 'm', anonymousId: 'x', event: 'Seen' };
    await door.says('track', seen);
    await door.tells('identify', { userId: 'ada', anonymousId: 'x' });
    await door.says('track', seen);
    expect((await events()).filter(({ name }) => name === 'Seen')).toHaveLength(1);
  });

  test('about an erased person brings nobody back', async () => {
    const seen = { messageId: 'm', userId: 'ada', event: 'Seen' };
    await door.tells('track', seen);
    await door.call('DELETE', `/v1/profiles/${(await door.person({ userId: 'ada' }))?.id}`);
    await door.tells('track', seen);
    expect(await door.person({ userId: 'ada' })).toBeNull();
  });

  test('with an event of before keys were kept, is known', async () => {
    await door.tells('track', { messageId: 'm', userId: 'ada', event: 'Seen' });
    await door.store.db.updateTable('events').set({ key_id: null }).execute();
    await door.says('track', { messageId: 'm', userId: 'ada', event: 'Seen' });
    expect(await events()).toHaveLength(1);
  });
});
