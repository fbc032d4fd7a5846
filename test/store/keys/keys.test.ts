import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { apiKeyForInstance, makeApiKey, recognizeApiKey, showApiKeys, withdrawApiKey } from '../../../src/app/keys/manage-api-keys.js';
import { keysForInstance, makeWriteKey, replaceWriteKey, withdrawWriteKey } from '../../../src/app/keys/manage-write-keys.js';
import { hour } from '../../../src/domain/time/instant.js';
import { findWriteKey, listWriteKeys, noteUseOfWriteKeys, readWriteKeysInUse } from '../../../src/store/write-keys.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

describeOnBothStores('keys', (store) => {
  afterEach(() => resetTables(store()));

  const ready = () => {
    const deps = turnDeps(store());
    const opens = async (secret: string) => (await findWriteKey(store().db, secret, deps.clock.now()))?.id ?? null;
    const makeApi = async (name: string) => {
      const making = await makeApiKey(deps, { name, scopes: ['admin'], expiresAt: null }, null);
      if (making.kind !== 'made') throw new Error(making.reason);
      return making.made;
    };
    return { deps, opens, makeApi };
  };

  test('open what they were made for, and nothing else', async () => {
    const { deps, opens, makeApi } = ready();
    const write = await makeWriteKey(deps, 'browser', 'shop');
    const api = await makeApi('console');

    expect(write.secret).toMatch(/^sj_wk_pub_[\w-]{43}$/);
    expect(api.secret).toMatch(/^sj_api_[\w-]{43}$/);
    expect(await opens(write.secret)).toBe(write.key.id);
    expect(await opens(api.secret)).toBeNull();
    expect(await opens(write.key.prefix)).toBeNull();
    expect(await recognizeApiKey(deps, api.secret)).toMatchObject({ kind: 'known', key: { name: 'console' } });
    expect(await recognizeApiKey(deps, write.secret)).toEqual({ kind: 'unknown' });
  });

  test('are never kept in clear', async () => {
    const { deps } = ready();
    const { secret, key } = await makeWriteKey(deps, 'browser', 'shop');
    const { rows } = await sql`select * from write_keys`.execute(store().db);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(key.prefix.length));
  });

  test('are replaced at a rotation: both open for a while, so that pages and servers can change over', async () => {
    const { deps, opens } = ready();
    const old = await makeWriteKey(deps, 'server', 'shop');
    deps.clock.pass(1_000);
    const fresh = await replaceWriteKey(deps, old.key.id, hour);

    expect(fresh?.key).toMatchObject({ name: 'shop', kind: 'server', createdAt: deps.clock.now(), revokedAt: null, endsAt: null });
    expect([await opens(old.secret), await opens(fresh?.secret ?? '')]).toEqual([old.key.id, fresh?.key.id]);
    expect((await readWriteKeysInUse(store().db, deps.clock.now())).size).toBe(2);
    deps.clock.pass(hour);
    expect([await opens(old.secret), await opens(fresh?.secret ?? '')]).toEqual([null, fresh?.key.id]);
    expect([...(await readWriteKeysInUse(store().db, deps.clock.now())).values()]).toEqual([
      { id: fresh?.key.id, kind: 'server', lineage: old.key.id },
    ]);
    expect(await replaceWriteKey(deps, old.key.id, hour)).toBeNull();
  });

  test('that are rotated once more end no later than before; one that leaked ends at once', async () => {
    const { deps, opens } = ready();
    const old = await makeWriteKey(deps, 'browser', 'shop');
    const first = await replaceWriteKey(deps, old.key.id, hour);
    expect((await replaceWriteKey(deps, old.key.id, 2 * hour))?.oldEndsAt).toBe(first?.oldEndsAt);

    const last = await replaceWriteKey(deps, first?.key.id ?? '', 0);
    expect([await opens(first?.secret ?? ''), await opens(last?.secret ?? '')]).toEqual([null, last?.key.id]);
    expect(last?.oldEndsAt).toBe(deps.clock.now());
  });

  test('say when they were last used, and never forget a later use for an earlier one', async () => {
    const { deps } = ready();
    const { key } = await makeWriteKey(deps, 'browser', 'shop');
    await makeWriteKey(deps, 'browser', 'another');
    await noteUseOfWriteKeys(store().db, new Map([[key.id, 2_000]]));
    await noteUseOfWriteKeys(store().db, new Map([[key.id, 1_000]]));
    expect(new Set((await listWriteKeys(store().db)).map(({ lastUsedAt }) => lastUsedAt))).toEqual(new Set([2_000, null]));
  });

  test('are revoked once', async () => {
    const { deps, opens } = ready();
    const { key, secret } = await makeWriteKey(deps, 'browser', 'shop');
    expect(await withdrawWriteKey(deps, key.id)).toBe(true);
    expect(await withdrawWriteKey(deps, key.id)).toBe(false);
    expect(await withdrawWriteKey(deps, 'nobody')).toBe(false);
    expect(await replaceWriteKey(deps, key.id, hour)).toBeNull();
    expect(await opens(secret)).toBeNull();
  });

  test('of the API keep their last one, also where both are revoked at once', async () => {
    const { deps, makeApi } = ready();
    const [one, other] = [await makeApi('one'), await makeApi('other')];
    const revoke = async (id: string, evenTheLast = false) =>
      (await withdrawApiKey(deps, id, { evenTheLast, withDescendants: false })).kind;

    expect((await Promise.all([revoke(one.key.id), revoke(other.key.id)])).toSorted()).toEqual(['last', 'revoked']);
    const [left] = (await showApiKeys(deps)).filter((key) => key.revokedAt === null);
    expect(await revoke(left?.id ?? '', true)).toBe('revoked');
    expect(await revoke(left?.id ?? '', true)).toBe('unknown');
  });

  test('of an instance are made anew one by one, where one was revoked', async () => {
    const { deps } = ready();
    const first = await keysForInstance(deps, null);
    expect(await keysForInstance(deps, first)).toEqual(first);

    const [api] = await showApiKeys(deps);
    await withdrawApiKey(deps, api?.id ?? '', { evenTheLast: true, withDescendants: false });
    const second = await keysForInstance(deps, first);
    expect(second.writeKey).toBe(first.writeKey);
    expect(second.apiKey).not.toBe(first.apiKey);
    expect(await apiKeyForInstance(deps, second.apiKey)).toBe(second.apiKey);
  });
});
