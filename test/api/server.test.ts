import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PartState } from '../../src/api/deps.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { testApi } from '../support/api.js';
import { turnDeps } from '../support/turns.js';

describe('the API', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  const parts = (...states: readonly PartState[]) => ({ parts: async () => states });
  const store: PartState = { name: 'store', state: 'up', detail: null, needed: true };

  test('is ready, and tells the service clock', async () => {
    const deps = turnDeps(opened.store);
    const { server } = await testApi(deps);
    const response = await server.inject('/readyz');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ status: 'ok', now: new Date(deps.clock.now()).toISOString(), clockRate: 1 });
  });

  test('is degraded and still ready while Temporal is away, and not ready without its store', async () => {
    const away: PartState = { name: 'temporal', state: 'down', detail: 'Temporal is not reached.', needed: false };
    const degraded = await (await testApi(turnDeps(opened.store), parts(store, away))).server.inject('/readyz');
    expect([degraded.statusCode, degraded.json().status]).toEqual([200, 'degraded']);

    const down = await (await testApi(turnDeps(opened.store), parts({ ...store, state: 'down' }, away))).server.inject('/readyz');
    expect([down.statusCode, down.json().status]).toEqual([503, 'down']);
  });

  test('asks for an API key under /v1', async () => {
    const { server } = await testApi(turnDeps(opened.store));
    for (const headers of [{}, { authorization: 'Bearer sj_api_wrong' }, { authorization: 'Basic c2o6' }]) {
      const response = await server.inject({ url: '/v1/journeys', headers });
      expect(response.statusCode).toBe(401);
      expect(response.headers['content-type']).toContain('application/problem+json');
      expect(response.headers['www-authenticate']).toContain('Bearer');
    }
  });

  test('answers an unknown path, a body that is no JSON, and a foreign cursor as problems', async () => {
    const { server, call, apiKey } = await testApi(turnDeps(opened.store));
    expect(await call('GET', '/v1/nothing')).toMatchObject({
      status: 404,
      type: expect.stringContaining('application/problem+json'),
      body: { code: 'no-such-route', status: 404 },
    });
    expect(await call('GET', '/v1/journeys?cursor=nonsense')).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
    expect(await call('GET', '/v1/journeys?limit=9999')).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ pointer: '/limit' }] },
    });
    const broken = await server.inject({
      method: 'POST',
      url: '/v1/controls',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      payload: '{"scope":',
    });
    expect(broken.statusCode).toBe(400);
    expect(broken.json()).toMatchObject({ status: 400, title: 'Not a valid request' });
  });

  test('tells nothing of a fault but the id under which the log tells more', async () => {
    const logged: unknown[] = [];
    const deps = turnDeps(opened.store, { log: { info: () => {}, warn: () => {}, error: (fields) => void logged.push(fields) } });
    const { call } = await testApi(deps, {
      reconcile: () => {
        throw new Error('duplicate key (email)=(ada@example.test)');
      },
    });
    const answer = await call('POST', '/v1/reconciliations');
    expect(answer).toMatchObject({ status: 500, body: { code: 'fault', requestId: expect.any(String) } });
    expect(JSON.stringify([answer, logged])).not.toContain('ada@example.test');
    expect(logged).toMatchObject([{ route: '/v1/reconciliations', requestId: answer.body['requestId'] }]);
  });

  test('says what this instance cannot do', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    expect(await call('POST', '/v1/backups')).toMatchObject({ status: 501, body: { detail: 'This instance cannot make backups.' } });
  });

  test('describes itself as OpenAPI 3.1, instants as text', async () => {
    const { server } = await testApi(turnDeps(opened.store));
    const document = (await server.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/journeys/{id}/versions', '/v1/entries/{id}/exit', '/v1/messages/{id}', '/readyz']),
    );
    expect(document.components.schemas.Entry.properties.createdAt).toMatchObject({ type: 'string', format: 'date-time' });
    expect(document.components.schemas.Entry.properties.dueAt.anyOf).toContainEqual({ type: 'string', format: 'date-time' });
  });

  test('lets nothing be loaded, framed or referred to', async () => {
    const { server } = await testApi(turnDeps(opened.store));
    const { headers } = await server.inject('/healthz');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});
