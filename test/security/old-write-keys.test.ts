import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { warnOfOldKeys } from '../../src/app/keys/manage-write-keys.js';
import { readNotices } from '../../src/app/upkeep/read-notices.js';
import { hour } from '../../src/domain/time/instant.js';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';

/**
 * Issue 10, A: keys of before there were two kinds become browser keys, with a warning that says what they did that a browser key may not.
 */
let door: ShopDoor;
beforeAll(async () => {
  door = await openShopDoor();
});
afterAll(() => door.close());
beforeEach(async () => {
  await door.begin();
  await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com' } });
  // So that what is told about in this test is told at once.
  door.deps.clock.pass(hour);
});

const makeOld = (id: string) => sql`update write_keys set prefix = 'sj_wk_abcd' where id = ${id}`.execute(door.store.db);
const listed = async () =>
  (
    (await door.call('GET', '/v1/write-keys')).body as {
      items: { id: string; lastUsedAt: string | null; refused: { code: string; count: number }[] }[];
    }
  ).items;

test('the warning of an old key says concretely what it did, and how often', async () => {
  await makeOld(door.browser.id);
  const trying = [
    ['identify', { userId: 'ada', traits: { email: 'other@example.com' } }],
    ['identify', { userId: 'ada', traits: { email: 'third@example.com' } }],
    ['track', { userId: 'ada', event: 'Product Added', properties: { cart_id: 'c', product_id: 'p' } }],
    [
      'track',
      {
        anonymousId: 'x',
        event: 'Consent Granted',
        properties: { channel: 'email', legal_basis: 'soft-opt-in', expires_at: '2030-01-01T00:00:00Z' },
      },
    ],
    ['import', { batch: [{ type: 'track', userId: 'ada', event: 'Quiz Finished', messageId: 'i' }] }],
  ] as const;
  for (const [type, event] of trying) {
    await door.says(type, event);
    door.deps.clock.pass(6_000);
  }
  const [warning = ''] = await vi.waitFor(async () => {
    const warnings = await warnOfOldKeys(door.deps);
    expect(warnings.join()).toContain('history');
    return warnings;
  });
  expect(warning).toContain(`"browser" (${door.browser.id})`);
  expect(warning).toContain('2 × tried to change the address or number of a known person');
  expect(warning).toContain('1 × tried to fill the cart of a known person');
  expect(warning).toContain('1 × gave a basis, a confirmation or evidence for a yes');
  expect(warning).toContain('1 × sent history');
  expect(warning).not.toMatch(/@/);
  expect((await readNotices(door.deps, [])).map(({ code }) => code)).toContain('old-write-keys');
  expect((await listed()).find(({ id }) => id === door.browser.id)?.refused).toContainEqual(
    expect.objectContaining({ code: 'address-not-vouched', count: 2 }),
  );
});

test('an old key that keeps within a browser’s bounds, and a new key, are warned of nowhere', async () => {
  await makeOld(door.browser.id);
  await door.says('identify', { anonymousId: 'guest', traits: { email: 'guest@example.com' } });
  door.deps.clock.pass(6_000);
  await door.says('track', { anonymousId: 'guest', event: 'Consent Granted', properties: { channel: 'email' } });
  const fresh = await door.keyOf('browser', 'new');
  door.deps.clock.pass(6_000);
  await door.post(fresh.secret, 'identify', { messageId: 'm', userId: 'ada', traits: { email: 'other@example.com' } });
  await vi.waitFor(async () => {
    expect((await listed()).find(({ id }) => id === fresh.id)?.lastUsedAt).not.toBeNull();
  });
  expect(await warnOfOldKeys(door.deps)).toEqual([]);
  expect((await readNotices(door.deps, [])).map(({ code }) => code)).not.toContain('old-write-keys');
});
