import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import type { ApiDeps } from '../../src/api/deps.js';
import { buildServer } from '../../src/api/server.js';
import type { AppDeps } from '../../src/app/deps.js';
import { createKey } from '../../src/store/keys.js';

/** No template is known: what refers to one is told so. */
const noTemplates: ApiDeps['templates'] = { has: () => true, channelOf: () => null, classOf: () => null, ids: () => [] };

/** A server over these deps, and a caller that bears a valid API key. Nothing listens. */
export async function testApi(app: AppDeps, overrides: Partial<ApiDeps> = {}) {
  const server = buildServer({
    app,
    version: '0.0.0-test',
    registry: new Registry(),
    templates: noTemplates,
    temporalUi: { url: 'http://temporal.example/', namespace: 'default' },
    parts: async () => [{ name: 'store', state: 'up', detail: null, needed: true }],
    notices: async () => [],
    plugins: [],
    stuckEntries: async () => [],
    ...overrides,
  });
  const { secret } = await createKey(app.store.db, 'api', { name: 'test', at: app.clock.now() });
  return { server, apiKey: secret, call: callerOf(server, secret) };
}

function callerOf(server: FastifyInstance, apiKey: string) {
  return async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const response = await server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${apiKey}` },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: response.statusCode, type: response.headers['content-type'], body: response.json<Record<string, unknown>>() };
  };
}
