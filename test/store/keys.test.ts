import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { keysForInstance, withdrawKey } from '../../src/app/manage-keys.js';
import { createKey, findKeyBySecret, listKeys, revokeKey, rotateKey } from '../../src/store/keys.js';
import { describeOnBothStores, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

describeOnBothStores('keys', (store) => {
  afterEach(() => resetTables(store()));

  test('open what they were made for, and nothing else', async () => {
    const { db } = store();
    const write = await createKey(db, 'write', { name: 'shop', at: 1000 });
    const api = await createKey(db, 'api', { name: 'console', at: 1000 });

    expect(write.secret).toMatch(/^sj_wk_pub_[\w-]{43}$/);
    expect(api.secret).toMatch(/^sj_api_[\w-]{43}$/);
    expect(await findKeyBySecret(db, 'write', write.secret)).toEqual(write.key);
    expect(await findKeyBySecret(db, 'api', write.secret)).toBeNull();
    expect(await findKeyBySecret(db, 'write', api.secret)).toBeNull();
    expect(await findKeyBySecret(db, 'write', write.key.prefix)).toBeNull();
  });

  test('are never kept in clear', async () => {
    const { secret, key } = await createKey(store().db, 'write', { name: 'shop', at: 1000 });
    const { rows } = await sql`select * from write_keys`.execute(store().db);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(key.prefix.length));
  });

  test('are replaced at a rotation: the new one opens, the old one no longer does', async () => {
    const old = await createKey(store().db, 'write', { name: 'shop', at: 1000 });
    const fresh = await store().transaction((trx) => rotateKey(trx, 'write', old.key.id, 2000));

    expect(fresh?.key).toMatchObject({ name: 'shop', createdAt: 2000, revokedAt: null });
    expect(await findKeyBySecret(store().db, 'write', old.secret)).toBeNull();
    expect(await findKeyBySecret(store().db, 'write', fresh?.secret ?? '')).toEqual(fresh?.key);
    expect((await listKeys(store().db, 'write')).map((key) => key.revokedAt)).toEqual([2000, null]);
  });

  test('are revoked once', async () => {
    const { key, secret } = await createKey(store().db, 'api', { name: 'console', at: 1000 });
    expect(await revokeKey(store().db, 'api', key.id, 2000)).toBe(true);
    expect(await revokeKey(store().db, 'api', key.id, 3000)).toBe(false);
    expect(await revokeKey(store().db, 'api', 'nobody', 3000)).toBe(false);
    expect(await store().transaction((trx) => rotateKey(trx, 'api', key.id, 3000))).toBeNull();
    expect(await findKeyBySecret(store().db, 'api', secret)).toBeNull();
  });

  test('of the API keep their last one, also where both are revoked at once', async () => {
    const deps = turnDeps(store());
    const { key: one } = await createKey(store().db, 'api', { name: 'one', at: 1000 });
    const { key: other } = await createKey(store().db, 'api', { name: 'other', at: 1000 });
    const revoke = (id: string, evenTheLast = false) => withdrawKey(deps, 'api', id, { evenTheLast });

    expect((await Promise.all([revoke(one.id), revoke(other.id)])).toSorted()).toEqual(['last', 'revoked']);
    const [left] = (await listKeys(store().db, 'api')).filter((key) => key.revokedAt === null);
    expect(await revoke(left?.id ?? '', true)).toBe('revoked');
    expect(await revoke(left?.id ?? '', true)).toBe('unknown');
  });

  test('of event clients may all be revoked', async () => {
    const { key } = await createKey(store().db, 'write', { name: 'shop', at: 1000 });
    expect(await withdrawKey(turnDeps(store()), 'write', key.id, { evenTheLast: false })).toBe('revoked');
  });

  test('of an instance are made anew one by one, where one was revoked', async () => {
    const deps = turnDeps(store());
    const first = await keysForInstance(deps, null);
    expect(await keysForInstance(deps, first)).toEqual(first);

    const [api] = await listKeys(store().db, 'api');
    await revokeKey(store().db, 'api', api?.id ?? '', 2000);
    const second = await keysForInstance(deps, first);
    expect(second.writeKey).toBe(first.writeKey);
    expect(second.apiKey).not.toBe(first.apiKey);
    expect(await findKeyBySecret(store().db, 'api', second.apiKey)).not.toBeNull();
  });
});
