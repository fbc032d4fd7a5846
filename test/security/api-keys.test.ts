import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly isOfOldKind: boolean;
  readonly expiresAt: string | null;
  readonly parentId: string | null;
  readonly replaces: string | null;
}
interface Made {
  readonly secret: string;
  readonly key: Key;
}

const hour = 3_600_000;

describe('API keys', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  /** A server on a clock that the test moves, and callers that bear a key. */
  async function ready() {
    const app = turnDeps(opened.store);
    const start = app.clock.now();
    const { server, apiKey } = await testApi(app);
    const as = (secret: string) => async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
      const response = await server.inject({
        method,
        url,
        headers: { authorization: `Bearer ${secret}` },
        ...(payload === undefined ? {} : { payload }),
      });
      return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
    };
    const make = async (secret: string, wanted: object) => (await as(secret)('POST', '/v1/api-keys', wanted)).body as unknown as Made;
    const iso = (afterMs: number) => new Date(start + afterMs).toISOString();
    return { apiKey, as, make, iso, later: (ms: number) => app.clock.pass(ms) };
  }

  test('open what their scopes say, and a refusal says which one is missing and how to get it', async () => {
    const { apiKey, as, make } = await ready();
    const backend = await make(apiKey, { name: 'backend', scopes: ['send'] });
    expect(backend.key).toMatchObject({ scopes: ['send'], isOfOldKind: false });

    expect(await as(backend.secret)('POST', '/v1/send-checks', {})).toMatchObject({ status: 400 });
    expect(await as(backend.secret)('GET', '/v1/profiles?userId=ada')).toMatchObject({
      status: 403,
      body: {
        code: 'missing-scope',
        detail: `This needs the scope read, and the API key ${backend.key.id} has send. Somebody with a key of scope admin can make one that has it too: sojourn api-key create <name> --scope send --scope read.`,
      },
    });
    expect(await as(backend.secret)('POST', '/v1/api-keys', { name: 'more' })).toMatchObject({ status: 403 });
  });

  test('of the time before scopes go on opening everything, and say what they are', async () => {
    const { apiKey, as } = await ready();
    // As a store of the time before keeps it.
    await opened.store.db.updateTable('api_keys').set({ scopes: null }).execute();
    const { items } = (await as(apiKey)('GET', '/v1/api-keys')).body as unknown as { items: readonly Key[] };
    expect(items).toMatchObject([{ name: 'test', scopes: ['admin'], isOfOldKind: true }]);
  });

  test('end at their time, and say so', async () => {
    const { apiKey, as, make, iso, later } = await ready();
    const guest = await make(apiKey, { name: 'guest', scopes: ['read'], expiresAt: iso(hour) });
    later(hour - 1);
    expect(await as(guest.secret)('GET', '/v1/shop')).toMatchObject({ status: 200 });
    later(1);
    expect(await as(guest.secret)('GET', '/v1/shop')).toMatchObject({
      status: 401,
      body: { code: 'expired-api-key', detail: expect.stringContaining(`ended at ${iso(hour)}`) },
    });
  });

  test('do not outlive the key that made them', async () => {
    const { apiKey, as, make, iso } = await ready();
    const visiting = await make(apiKey, { name: 'visiting admin', expiresAt: iso(hour) });
    expect((await make(visiting.secret, { name: 'child' })).key).toMatchObject({ expiresAt: iso(hour), parentId: visiting.key.id });
    expect(await as(visiting.secret)('POST', '/v1/api-keys', { name: 'heir', expiresAt: iso(2 * hour) })).toMatchObject({
      status: 422,
      body: { code: 'key-not-made', detail: expect.stringContaining('does not outlive the one that makes it') },
    });
    const { body } = await as(visiting.secret)('POST', `/v1/api-keys/${visiting.key.id}/rotate`, {});
    expect(body['key']).toMatchObject({ expiresAt: iso(hour) });
    expect(await as(apiKey)('POST', '/v1/api-keys', { name: 'late', expiresAt: iso(-1) })).toMatchObject({ status: 422 });
  });

  test('overlap at a rotation, for a day unless it is said otherwise', async () => {
    const { apiKey, as, make, iso, later } = await ready();
    const old = await make(apiKey, { name: 'backend', scopes: ['send', 'read'] });
    const next = (await as(apiKey)('POST', `/v1/api-keys/${old.key.id}/rotate`)).body as unknown as Made & { oldEndsAt: string };
    expect(next).toMatchObject({
      oldEndsAt: iso(24 * hour),
      key: { name: 'backend', scopes: ['send', 'read'], expiresAt: null, replaces: old.key.id },
    });

    later(24 * hour - 1);
    expect([await as(old.secret)('GET', '/v1/shop'), await as(next.secret)('GET', '/v1/shop')]).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
    later(1);
    expect([await as(old.secret)('GET', '/v1/shop'), await as(next.secret)('GET', '/v1/shop')]).toMatchObject([
      { status: 401 },
      { status: 200 },
    ]);
    expect(await as(apiKey)('POST', `/v1/api-keys/${next.key.id}/rotate`, { overlap: 'P31D' })).toMatchObject({ status: 400 });
  });

  test('that made others say so when they are revoked, and take them along where that is asked', async () => {
    const { apiKey, as, make } = await ready();
    const stolen = await make(apiKey, { name: 'stolen' });
    const child = await make(stolen.secret, { name: 'child' });
    const grandchild = await make(child.secret, { name: 'grandchild', scopes: ['privacy'] });
    const other = await make(apiKey, { name: 'other', scopes: ['read'] });

    const alone = await as(apiKey)('POST', `/v1/api-keys/${stolen.key.id}/revoke`);
    expect(alone.body).toMatchObject({ also: [], left: [{ name: 'child' }, { name: 'grandchild' }] });
    expect(await as(child.secret)('GET', '/v1/shop')).toMatchObject({ status: 200 });

    const all = await as(apiKey)('POST', `/v1/api-keys/${child.key.id}/revoke`, { descendants: true });
    expect(all.body).toMatchObject({ also: [{ id: grandchild.key.id }], left: [] });
    for (const { secret } of [stolen, child, grandchild]) expect(await as(secret)('GET', '/v1/shop')).toMatchObject({ status: 401 });
    expect(await as(other.secret)('GET', '/v1/shop')).toMatchObject({ status: 200 });
  });

  test('of scope admin keep their last one, whatever others there are', async () => {
    const { apiKey, as, make } = await ready();
    await make(apiKey, { name: 'reader', scopes: ['read'] });
    const { items } = (await as(apiKey)('GET', '/v1/api-keys')).body as unknown as { items: readonly Key[] };
    const admin = items.find(({ name }) => name === 'test');
    expect(await as(apiKey)('POST', `/v1/api-keys/${admin?.id}/revoke`)).toMatchObject({ status: 409, body: { code: 'last-api-key' } });
    expect(await as(apiKey)('POST', `/v1/api-keys/${admin?.id}/revoke`, { force: true })).toMatchObject({ status: 200 });
  });
});
