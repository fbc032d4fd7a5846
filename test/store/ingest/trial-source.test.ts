import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { retryDeadLetter } from '../../../src/app/dead-letters/retry-dead-letter.js';
import { readRecordedGroups } from '../../../src/app/replay/read-recorded.js';
import { laterBuild } from '../../house/trial-source/source.js';
import { openShopDoor, type ShopDoor } from '../../support/shop-door.js';
import { openMemoryStore, openServerStore } from '../../support/stores.js';

// What a line in the list would do.
vi.mock(import('../../../src/sources/index.js'), async (original) => {
  const { sources } = await original();
  const { till } = await import('../../house/trial-source/source.js');
  return { sources: [...sources, till] };
});

describe.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
] as const)('a source that is a folder and a line (%s)', (_kind, open) => {
  let door: ShopDoor;
  beforeAll(async () => {
    door = await openShopDoor({}, open);
  });
  beforeEach(async () => {
    laterBuild.knowsRefunds = false;
    await door.begin();
  });
  afterAll(() => door.close());

  const soldAt = () => new Date(door.deps.clock.now()).toISOString();
  const sale = (more: object = {}) => ({ kind: 'sale', number: '7', customer: 'ada', sold_at: soldAt(), amount: 12, ...more });
  const sells = (...receipts: readonly object[]) => door.post(door.shop.secret, 'till/receipts', { till: 'north', receipts });
  const letters = async () =>
    (await door.call('GET', '/v1/dead-letters')).body['items'] as { id: string; source: string; reason: string }[];
  const letterOf = async (reason: string) => (await letters()).find((letter) => letter.reason === reason)?.id ?? '';
  const stored = () =>
    door.store.db.selectFrom('events').select(['message_id', 'name', 'source', 'origin']).orderBy('message_id').execute();

  test('is let in by a write key, taken once, and told to people and orders', async () => {
    expect(await door.post('nobody', 'till/receipts', { receipts: [] })).toMatchObject({ status: 401 });
    expect(await sells(sale())).toMatchObject({ status: 200 });
    expect(await sells(sale())).toMatchObject({ status: 200 });

    expect(await stored()).toEqual([{ message_id: 'till/north/7', name: 'Order Completed', source: 'till', origin: 'live' }]);
    expect(await door.person({ userId: 'ada' })).toMatchObject({
      orders: [{ orderId: 'north-7' }],
      traits: { seen_timezone: { zone: 'Europe/London' } },
    });
    expect(await letters()).toEqual([]);
  });

  test('has a body that it cannot read refused and kept', async () => {
    const answer = await door.post(door.shop.secret, 'till/receipts', { till: 'north' });

    expect(answer).toMatchObject({ status: 400, body: { detail: '`receipts` must be a list.' } });
    expect(await letters()).toMatchObject([{ source: 'till', reason: 'no-receipts' }]);
  });

  test('has a dead letter of each event that it cannot take, and reads it again itself when it is retried', async () => {
    await sells(sale(), sale({ kind: 'refund', number: '8', amount: 5 }), sale({ number: '9', customer: 'undefined' }));
    expect((await letters()).map(({ source, reason }) => `${source} ${reason}`).toSorted()).toEqual([
      'till placeholder-id',
      'till unknown-receipt',
    ]);

    const refund = await letterOf('unknown-receipt');
    expect(await retryDeadLetter(door.deps, refund)).toEqual({ kind: 'failed', reason: '`kind` is none that is known.' });
    laterBuild.knowsRefunds = true;
    expect(await retryDeadLetter(door.deps, refund)).toEqual({ kind: 'resolved' });

    expect((await stored()).map(({ message_id, name }) => [message_id, name])).toEqual([
      ['till/north/7', 'Order Completed'],
      ['till/north/8', 'Order Refunded'],
    ]);
    expect(await letters()).toMatchObject([{ reason: 'placeholder-id' }]);
  });

  test('has a letter of its history read as history again', async () => {
    await door.post(door.shop.secret, 'till/receipts', { till: 'north', year: 'past', receipts: [sale({ kind: 'refund' })] });
    expect(await letters()).toMatchObject([{ source: 'till-import', reason: 'unknown-receipt' }]);

    laterBuild.knowsRefunds = true;
    expect(await retryDeadLetter(door.deps, await letterOf('unknown-receipt'))).toEqual({ kind: 'resolved' });

    expect(await stored()).toMatchObject([{ name: 'Order Refunded', source: 'till', origin: 'import' }]);
  });

  test('reads its stored events again where they are replayed', async () => {
    await sells(sale());
    const ada = await door.person({ userId: 'ada' });

    const range = { from: 0, to: door.deps.clock.now() + 1 };
    const how = { range, journeys: [], settledBefore: 0, rest: async () => {} };
    const [group] = await readRecordedGroups(door.deps, [[ada?.id ?? '']], how);

    expect(group?.unreadable).toBe(0);
    expect(group?.recorded.events).toMatchObject([
      { incoming: { source: 'till', event: { name: 'Order Completed', messageId: 'till/north/7' } } },
    ]);
  });
});
