import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import type { ApiDeps } from '../../src/api/deps.js';
import type { Listener } from '../../src/api/routing.js';
import { buildServer } from '../../src/api/server.js';
import type { AppDeps } from '../../src/app/deps.js';
import { AuditTrail } from '../../src/app/keys/audit-trail.js';
import { readNotices } from '../../src/app/upkeep/read-notices.js';
import { createApiKey } from '../../src/store/api-keys.js';

/** No template is known: what refers to one is told so. */
const noTemplates: ApiDeps['templates'] = { has: () => true, channelOf: () => null, classOf: () => null, ids: () => [] };

/** A server over these deps. Nothing listens. */
export function testServer(app: AppDeps, overrides: Partial<ApiDeps> = {}, listener?: Listener) {
  const audit = overrides.audit ?? new AuditTrail(app);
  const deps: ApiDeps = {
    app,
    audit,
    version: '0.0.0-test',
    registry: new Registry(),
    templates: noTemplates,
    temporalUi: { url: 'http://temporal.example/', namespace: 'default' },
    parts: async () => [{ name: 'store', state: 'up', detail: null, needed: true }],
    notices: () => readNotices(app, []),
    plugins: [],
    stuckEntries: async () => [],
    ...overrides,
  };
  return { server: buildServer(deps, listener), audit };
}

/** The same, and a caller that bears a valid API key. */
export async function testApi(app: AppDeps, overrides: Partial<ApiDeps> = {}) {
  const { server, audit } = testServer(app, overrides);
  const { secret } = await createApiKey(app.store.db, { name: 'test', scopes: ['admin'], at: app.clock.now() });
  return { server, audit, apiKey: secret, call: callerOf(server, secret) };
}

function callerOf(server: FastifyInstance, apiKey: string) {
  return async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const response = await server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${apiKey}` },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: response.statusCode, type: response.headers['content-type'], body: response.json<Record<string, unknown>>() };
  };
}
