import { beforeAll, beforeEach, expect, test } from 'vitest';
import { readNotices } from '../../../src/app/upkeep/read-notices.js';
import { day } from '../../../src/domain/time/instant.js';
import { openShopDoor, type ShopDoor } from '../../support/shop-door.js';
import { describeOnBothStores } from '../../support/stores.js';

describeOnBothStores('a user id that many people have', (store) => {
  let shop: ShopDoor;
  beforeAll(async () => {
    shop = await openShopDoor({}, () => Promise.resolve({ store: store(), dispose: () => Promise.resolve() }));
  });
  let id = '';
  let count = 0;
  beforeEach(async () => {
    await shop.begin();
    // That an id is suspect is written once in ten minutes, and remembered beyond a test.
    id = `shopper-${(count += 1)}`;
  });

  const people = async () => {
    const rows = await store().db.selectFrom('profiles').select(['id', 'email']).where('merged_into', 'is', null).execute();
    return { profiles: rows.length, emails: new Set(rows.map(({ email }) => email)).size };
  };
  const suspects = async () =>
    ((await shop.call('GET', '/v1/suspect-ids')).body as { items: { value: string; why: string }[] }).items.map(
      ({ value, why }) => `${value} ${why}`,
    );
  const codes = async () => (await readNotices(shop.deps, [])).map(({ code }) => code);
  const arrive = (userId: string, n: number, more: object = { anonymousId: `browser-${n}` }) =>
    shop.tells('identify', { userId, messageId: `m-${userId}-${n}`, traits: { email: `person-${n}@example.test` }, ...more });

  test.each(['shopper', 'tmp-user', '4711', 'https://shop.example/checkout'])(
    '%s, with a browser and an address each: strangers stay apart, and it is listed',
    async (userId) => {
      for (let n = 0; n < 8; n += 1) await arrive(userId, n);

      // Four were joined before it could be known; each of the others is somebody by themselves.
      expect(await people()).toEqual({ profiles: 5, emails: 5 });
      expect(await shop.notes(`m-${userId}-7`)).toContain('crowded-user-id');
      expect(await shop.notes(`m-${userId}-2`)).not.toContain('crowded-user-id');
      expect(await suspects()).toEqual([`${userId} crowded`]);
      expect(await codes()).toContain('crowded-ids');
    },
  );

  test('all in one batch: the same', async () => {
    const batch = Array.from({ length: 9 }, (_, n) => ({
      type: 'identify',
      messageId: `b-${n}`,
      userId: id,
      anonymousId: `b-${n}`,
      traits: { email: `b-${n}@example.test` },
    }));
    expect((await shop.post(shop.shop.secret, 'batch', { batch })).status).toBe(200);
    expect((await people()).profiles).toBe(6);
  });

  test('browsers alone: the eleventh joins nobody', async () => {
    for (let n = 0; n < 13; n += 1) await arrive(id, n, { anonymousId: `browser-${n}`, traits: { plan: 'gold' } });
    expect((await people()).profiles).toBe(4);
  });

  test('addresses alone: the fifth is not taken, and the mail goes to none of the others', async () => {
    for (let n = 0; n < 8; n += 1) await arrive(id, n, {});
    expect(await people()).toEqual({ profiles: 1, emails: 1 });
    expect((await shop.person({ userId: id }))?.email).toBe('person-3@example.test');
    expect(await suspects()).toEqual([`${id} crowded`]);
  });

  test('an alias joins nobody to it either', async () => {
    for (let n = 0; n < 8; n += 1) await arrive(id, n);
    await shop.tells('track', { anonymousId: 'late', event: 'Seen', properties: {} });
    const before = (await people()).profiles;
    await shop.tells('alias', { userId: id, previousId: 'late' });
    expect((await people()).profiles).toBe(before);
  });

  test('stays so while it comes, and is forgotten after seven quiet days', async () => {
    for (let n = 0; n < 6; n += 1) await arrive(id, n);
    shop.deps.clock.pass(5 * day);
    await arrive(id, 20);
    expect(await shop.notes(`m-${id}-20`)).toContain('crowded-user-id');
    shop.deps.clock.pass(8 * day);
    await arrive(id, 21);
    expect(await shop.notes(`m-${id}-21`)).not.toContain('crowded-user-id');
    expect(await suspects()).toEqual([]);
  });

  test.each([
    ['five browsers of one person', (n: number) => ({ anonymousId: `own-${n % 5}`, traits: { email: 'ada@example.test' } })],
    ['the same browser and address again and again', () => ({ anonymousId: 'own', traits: { email: 'ada@example.test' } })],
    ['an address in several spellings', (n: number) => ({ traits: { email: n % 2 === 0 ? 'Ada@Example.test' : ' ada@example.test' } })],
    ['three addresses of one person', (n: number) => ({ anonymousId: 'own', traits: { email: `ada-${n % 3}@example.test` } })],
  ])('%s are one person', async (_what, more) => {
    for (let n = 0; n < 14; n += 1) await arrive('ada', n, more(n));
    expect((await people()).profiles).toBe(1);
    expect(await suspects()).toEqual([]);
  });

  test('placeholders that were refused are named in the status', async () => {
    for (const userId of ['undefined', 'GUEST', '{{user.id}}', 0]) await shop.tells('identify', { userId, anonymousId: `of-${userId}` });
    expect(new Set(await suspects())).toEqual(
      new Set(['0 placeholder', 'GUEST placeholder', 'undefined placeholder', '{{user.id}} placeholder']),
    );
    const told = (await readNotices(shop.deps, [])).find(({ code }) => code === 'placeholder-ids')?.sentence;
    for (const word of ['"undefined"', '"GUEST"', '"{{user.id}}"', '"0"']) expect(told).toContain(word);
  });
});
