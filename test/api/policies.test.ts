import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { policySource } from '../support/policies.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const source = policySource('caps');
const path = '/v1/policies/caps';

describe('policies', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  test('are published, read, and read back as they were', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    expect(await call('GET', path)).toMatchObject({ status: 404 });
    expect(await call('POST', `${path}/versions`, { source, note: 'first' })).toMatchObject({
      status: 201,
      body: { kind: 'caps', version: 1, published: true, problems: [] },
    });
    expect(await call('POST', `${path}/versions`, { source })).toMatchObject({ status: 200, body: { version: 1, published: false } });
    expect(await call('POST', `${path}/versions`, { source: `${source}\n# a word` })).toMatchObject({ status: 201, body: { version: 2 } });

    expect((await call('GET', '/v1/policies')).body).toMatchObject({ items: [{ kind: 'caps', version: 2 }] });
    expect((await call('GET', path)).body).toMatchObject({
      version: 2,
      source: `${source}\n# a word`,
      definition: { rules: expect.any(Array) },
    });
    expect((await call('GET', `${path}/versions`)).body).toMatchObject({ items: [{ version: 2 }, { version: 1, note: 'first' }] });
    expect((await call('GET', `${path}/versions/1`)).body).toMatchObject({ version: 1, source });
    expect((await call('GET', `${path}/versions/live`)).body).toMatchObject({ version: 2 });
    expect((await call('GET', `${path}/versions/7`)).status).toBe(404);
  });

  test('are taken as the file itself, and refused with line and suggestion', async () => {
    const { server, apiKey, call } = await testApi(turnDeps(opened.store));
    const response = await server.inject({
      method: 'POST',
      url: `${path}/versions`,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/yaml' },
      payload: source,
    });
    expect(response.statusCode).toBe(201);

    expect(await call('POST', `${path}/versions`, { source: source.replace('window: P7D', 'windw: P7D') })).toMatchObject({
      status: 422,
      body: { code: 'policy-not-valid', problems: [{ line: expect.any(Number), suggestion: 'Did you mean "window"?' }] },
    });
    expect((await call('GET', path)).body).toMatchObject({ version: 1 });
    expect((await call('GET', '/v1/policies/laws')).status).toBe(400);
  });
});
