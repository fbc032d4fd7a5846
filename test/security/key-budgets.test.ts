import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readBudgets } from '../../src/app/keys/read-budgets.js';
import { readNotices } from '../../src/app/upkeep/read-notices.js';
import { hour } from '../../src/domain/time/instant.js';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';

const alarm = vi.fn<(code: string) => void>();
let door: ShopDoor;
beforeAll(async () => {
  door = await openShopDoor({ keyLimits: { profiles: 3, consents: 2, messages: 1 } });
  Object.assign(door.deps.metrics, { alarm });
});
beforeEach(async () => {
  await door.begin();
  door.deps.clock.pass(hour);
  alarm.mockClear();
});
afterAll(() => door.close());

const visits = (anonymousId: string) => door.says('page', { anonymousId });
const agrees = (anonymousId: string) => door.says('track', { anonymousId, event: 'Consent Granted', properties: { channel: 'email' } });

test('a browser key makes so many new people in an hour, and those who are there go on', async () => {
  for (const visitor of ['a1', 'a2', 'a3']) expect((await visits(visitor)).status).toBe(200);
  const refused = await visits('a4');
  expect([refused.status, refused.body['code']]).toEqual([429, 'key-budget']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(await door.person({ anonymousId: 'a4' })).toBeNull();

  expect((await visits('a1')).status).toBe(200);
  expect((await door.tells('page', { anonymousId: 'a5' })).status).toBe(200);
  const other = await door.keyOf('browser', 'another shop');
  expect((await door.post(other.secret, 'page', { messageId: 'other', anonymousId: 'a6' })).status).toBe(200);
  expect(alarm.mock.calls).toEqual([['key-budget-profiles']]);

  door.deps.clock.pass(hour);
  expect((await visits('a4')).status).toBe(200);
});

test('of a batch, what is within the budget is kept, and sent again nothing is kept twice', async () => {
  const batch = ['b1', 'b2', 'b3', 'b4'].map((anonymousId) => ({ type: 'page', messageId: `m-${anonymousId}`, anonymousId }));
  expect((await door.post(door.browser.secret, 'batch', { batch })).status).toBe(429);
  expect(await door.store.db.selectFrom('events').select('message_id').execute()).toHaveLength(3);
  door.deps.clock.pass(hour);
  expect((await door.post(door.browser.secret, 'batch', { batch })).status).toBe(200);
  expect(await door.store.db.selectFrom('events').select('message_id').execute()).toHaveLength(4);
});

test('a yes is counted; a no about oneself waits for nobody, one about another is counted too', async () => {
  await visits('c1');
  for (const _yes of [1, 2]) expect((await agrees('c1')).status).toBe(200);
  expect((await agrees('c1')).status).toBe(429);
  const no = { event: 'Consent Revoked', properties: { channel: 'email' } };
  expect((await door.says('track', { anonymousId: 'c1', ...no })).status).toBe(200);
  await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com' } });
  expect((await door.says('track', { userId: 'ada', ...no })).status).toBe(429);
  expect(alarm.mock.calls).toContainEqual(['key-budget-consents']);
});

test('a budget that is used up is a sentence for the person on call, and a figure before that', async () => {
  for (const visitor of ['e1', 'e2']) await visits(visitor);
  door.deps.clock.pass(6_000);
  await visits('e3');
  const profiles = async () => (await readBudgets(door.deps)).filter(({ what }) => what === 'profiles');
  const whose = { keyId: door.browser.id, name: 'browser' };
  await vi.waitFor(async () => expect(await profiles()).toEqual([{ what: 'profiles', whose, used: 3, limit: 3 }]));
  const said = async () => (await readNotices(door.deps, [])).filter(({ code }) => code === 'key-budget').map(({ sentence }) => sentence);
  expect(await said()).toEqual([
    expect.stringMatching(/^The browser key "browser" \(\w+\) has made as many new people as it may in an hour.*\(3 of 3\)/),
  ]);
  door.deps.clock.pass(hour);
  expect(await said()).toEqual([]);
});

test('processes tell each other what was used', async () => {
  for (const visitor of ['d1', 'd2']) await visits(visitor);
  door.deps.clock.pass(6_000);
  await visits('d3');
  await vi.waitFor(async () => {
    const rows = await door.store.db.selectFrom('key_hours').select('n').where('what', '=', 'profiles').execute();
    expect(rows).toEqual([{ n: 3 }]);
  });
  expect((await visits('d4')).status).toBe(429);
});
