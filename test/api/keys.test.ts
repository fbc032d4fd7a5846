import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

interface Made {
  readonly secret: string;
  readonly key: { readonly id: string; readonly name: string };
}

describe('API keys', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  async function ready() {
    const { server, apiKey, call } = await testApi(turnDeps(opened.store));
    const listed = async () =>
      (await call('GET', '/v1/api-keys')).body['items'] as readonly { readonly id: string; readonly revokedAt: string | null }[];
    const opens = async (secret: string) =>
      (await server.inject({ url: '/v1/api-keys', headers: { authorization: `Bearer ${secret}` } })).statusCode === 200;
    const make = async (name: string) => (await call('POST', '/v1/api-keys', { name })).body as unknown as Made;
    return { server, apiKey, call, listed, opens, make };
  }

  test('are shown once, and open the API until they are revoked', async () => {
    const { call, listed, opens, make } = await ready();
    const made = await make('night shift');
    expect(made).toMatchObject({ secret: expect.stringMatching(/^sj_api_/), key: { name: 'night shift', revokedAt: null } });
    expect(JSON.stringify(await listed())).not.toContain(made.secret);
    expect(await opens(made.secret)).toBe(true);

    expect(await call('POST', `/v1/api-keys/${made.key.id}/revoke`)).toMatchObject({ status: 200, body: { revoked: true } });
    expect(await opens(made.secret)).toBe(false);
    expect(await call('POST', `/v1/api-keys/${made.key.id}/revoke`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-api-key', detail: `There is no API key ${made.key.id} in use.` },
    });
  });

  test('that leaked are replaced, also by themselves and also the last', async () => {
    const { apiKey, call, listed, opens } = await ready();
    const [leaked] = await listed();
    const next = (await call('POST', `/v1/api-keys/${leaked?.id}/rotate`, { overlap: 'PT0S' })).body as unknown as Made;
    expect(next.key.name).toBe('test');
    expect([await opens(apiKey), await opens(next.secret)]).toEqual([false, true]);
  });

  test('are refused to be revoked where nobody could come in any more, unless it is forced', async () => {
    const { apiKey, call, listed, opens } = await ready();
    const [last] = await listed();
    expect(await call('POST', `/v1/api-keys/${last?.id}/revoke`)).toMatchObject({
      status: 409,
      body: { code: 'last-api-key', detail: expect.stringContaining('nobody has access until a process restarts') },
    });
    expect(await opens(apiKey)).toBe(true);
    expect(await call('POST', `/v1/api-keys/${last?.id}/revoke`, { force: true })).toMatchObject({ status: 200 });
    expect(await opens(apiKey)).toBe(false);
  });

  test('do not open what write keys open, nor the other way round', async () => {
    const { call, make } = await ready();
    const { key } = await make('night shift');
    expect(await call('POST', `/v1/write-keys/${key.id}/revoke`)).toMatchObject({ status: 404, body: { code: 'unknown-write-key' } });
    expect(await call('POST', `/v1/write-keys/${key.id}/rotate`)).toMatchObject({ status: 404 });
  });

  test('are in the description of the API', async () => {
    const { server } = await ready();
    const { paths } = (await server.inject('/openapi.json')).json<{ readonly paths: Readonly<Record<string, unknown>> }>();
    expect(
      Object.keys(paths)
        .filter((path) => path.startsWith('/v1/api-keys'))
        .toSorted(),
    ).toEqual(['/v1/api-keys', '/v1/api-keys/{id}/revoke', '/v1/api-keys/{id}/rotate']);
  });
});

describe('write keys', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());

  test('go on for a day beside the one in their place, unless it is said otherwise', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    const made = (await call('POST', '/v1/write-keys', { name: 'pages' })).body as unknown as Made;
    const rotate = async (id: string, body?: object) => (await call('POST', `/v1/write-keys/${id}/rotate`, body)).body;
    const next = (await rotate(made.key.id)) as unknown as Made & { readonly oldEndsAt: string };
    const listed = async () => (await call('GET', '/v1/write-keys')).body['items'];
    expect(await listed()).toMatchObject([
      { id: made.key.id, endsAt: next.oldEndsAt, revokedAt: null, lastUsedAt: null, refused: [] },
      { id: next.key.id, endsAt: null },
    ]);
    const last = (await rotate(next.key.id, { overlap: 'PT0S' })) as unknown as Made;
    expect(await listed()).toMatchObject([{}, { revokedAt: expect.any(String) }, { id: last.key.id, revokedAt: null }]);
    for (const overlap of ['P31D', 'soon', 'P1M'])
      expect((await call('POST', `/v1/write-keys/${last.key.id}/rotate`, { overlap })).status).toBe(400);
  });
});
