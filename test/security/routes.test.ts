import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Access } from '../../src/api/access.js';
import { emailInboundRoutes } from '../../src/api/routes/email-inbound.js';
import { twilioRoutes } from '../../src/api/routes/twilio.js';
import { answers, type DescribedRoute, type Listener } from '../../src/api/routing.js';
import type { InboundEmailDeps } from '../../src/app/inbound/receive-email.js';
import type { TwilioKeys } from '../../src/app/inbound/twilio-webhooks.js';
import { makeApiKey, withdrawApiKey } from '../../src/app/keys/manage-api-keys.js';
import { makeWriteKey } from '../../src/app/keys/manage-write-keys.js';
import { opens, type Scope, scopes } from '../../src/domain/keys/scopes.js';
import { testServer } from '../support/api.js';
import { eventDoors } from '../support/segment.js';
import { type OpenedStore, openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const mailToken = 'the-token-of-the-settings';
/** `admin` stands for a key that opens everything; the rest are one scope alone. */
type Holder = 'nobody' | 'browser write key' | 'server write key' | 'mail token' | 'expired' | 'revoked' | Scope;
const holders: readonly Holder[] = ['nobody', 'browser write key', 'server write key', 'mail token', 'expired', 'revoked', ...scopes];

/**
 * What the table of docs/security.md says a key may open. Links and signatures are no keys: their routes answer anybody, and do nothing
 * without one.
 */
function mayEnter(access: Access, holder: Holder): boolean {
  const scope = scopes.find((one) => one === holder);
  switch (access.kind) {
    case 'open':
    case 'link':
      return true;
    case 'signature':
      return false;
    case 'write-key':
      return holder === 'browser write key' || holder === 'server write key';
    case 'mail-token':
      return holder === 'mail token' || (scope !== undefined && opens([scope], access.scope));
    case 'api-key':
      return scope !== undefined && opens([scope], access.scope);
  }
}

const patternOf = (url: string): RegExp => new RegExp(`^${url.replace(/:(\w+)/g, '[^/]+').replace('*', '.*')}$`);

/** Beyond the door is whatever is no refusal of it. */
const refusals: readonly number[] = [401, 403];

describe('every route, tried with every key', () => {
  let opened: OpenedStore;
  let secrets: Readonly<Record<Holder, string>>;
  const servers: Record<string, FastifyInstance> = {};
  const listeners: Readonly<Record<string, Listener>> = {
    internal: { kind: 'internal' },
    public: { kind: 'public', scopes: [] },
    'public with send': { kind: 'public', scopes: ['send'] },
  };

  beforeAll(async () => {
    opened = await openMemoryStore();
    const deps = turnDeps(opened.store);
    const app: typeof deps & InboundEmailDeps & TwilioKeys = { ...deps, twilioAuthTokens: ['token'], bounceDomain: null } as never;
    const plugins = [...eventDoors(app), twilioRoutes(app), emailInboundRoutes(app, mailToken)];
    for (const [name, listener] of Object.entries(listeners)) servers[name] = testServer(app, { plugins }, listener).server;

    const now = app.clock.now();
    const made: Partial<Record<Holder, string>> = {
      nobody: '',
      'mail token': mailToken,
      'browser write key': (await makeWriteKey(app, 'browser', 'browser')).secret,
      'server write key': (await makeWriteKey(app, 'server', 'server')).secret,
    };
    for (const scope of scopes) made[scope] = (await key([scope], null)).secret;
    const revoked = await key(['admin'], null);
    await withdrawApiKey(app, revoked.key.id, { evenTheLast: true, withDescendants: false });
    made.revoked = revoked.secret;
    made.expired = (await key(['admin'], now + 1)).secret;
    deps.clock.pass(1);
    secrets = made as Record<Holder, string>;

    async function key(held: readonly Scope[], expiresAt: number | null) {
      const result = await makeApiKey(app, { name: held.join(' '), scopes: held, expiresAt }, null);
      if (result.kind === 'refused') throw new Error(result.reason);
      return result.made;
    }
  });
  afterAll(async () => {
    await Promise.all(Object.values(servers).map((server) => server.close()));
    await opened.dispose();
  });

  test.each(Object.keys(listeners))('on the %s listener: opened by what the table says, and by nothing else', async (name) => {
    const server = servers[name] as FastifyInstance;
    const listener = listeners[name] as Listener;
    await server.ready();
    const routes = (servers['internal'] as FastifyInstance).describedRoutes.filter(
      ({ method }) => method !== 'HEAD' && method !== 'OPTIONS',
    );
    expect(routes.length).toBeGreaterThan(90);
    const wrong: string[] = [];
    for (const route of routes)
      for (const holder of holders) {
        const status = await tried(server, route, holder);
        const expected = !answers(listener, route.access) ? 'not there' : mayEnter(route.access, holder) ? 'open' : 'refused';
        const found = refusals.includes(status.code) ? 'refused' : status.problem === 'no-such-route' ? 'not there' : 'open';
        if (found !== expected)
          wrong.push(`${route.method} ${route.url} with ${holder}: ${found} (${status.code} ${status.problem}), not ${expected}`);
      }
    expect(wrong).toEqual([]);
  });

  test.each(Object.keys(listeners))('on the %s listener: another method than a path has is answered with all that it has', async (name) => {
    const server = servers[name] as FastifyInstance;
    await server.ready();
    const listener = listeners[name] as Listener;
    const here = server.describedRoutes.filter(({ access }) => answers(listener, access));
    const wrong: string[] = [];
    for (const url of new Set(here.map((route) => route.url))) {
      const methods = here.filter((route) => route.url === url).map(({ method }) => method);
      const path = url.replace(/:(\w+)/g, 'x');
      // What is answered elsewhere only, or by a path with a parameter in this place, is another matter.
      const isOther = (method: string): boolean =>
        server.describedRoutes.some((route) => route.method === method && patternOf(route.url).test(path));
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !isOther(one))) {
        const { statusCode, headers } = await server.inject({ method: method as 'GET', url: path });
        const allowed = String(headers.allow).split(', ');
        if (statusCode !== 405 || methods.some((one) => !allowed.includes(one)))
          wrong.push(`${method} ${url}: ${statusCode}, ${allowed.join(', ')}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(here.length).toBeGreaterThan(10);
  });

  test('a body of a type that is not read is answered with 415, its name and the types that are', async () => {
    const server = servers['internal'] as FastifyInstance;
    await server.ready();
    const takesBodies = server.describedRoutes.filter(({ method, access }) => method === 'POST' && access.kind === 'api-key');
    expect(takesBodies.length).toBeGreaterThan(30);
    for (const { url } of takesBodies) {
      const response = await server.inject({
        method: 'POST',
        url: url.replace(/:(\w+)/g, 'x'),
        headers: { authorization: `Bearer ${secrets.admin}`, 'content-type': 'application/x-yml; charset=utf-8' },
        payload: 'a: b',
      });
      expect([url, response.statusCode]).toEqual([url, 415]);
      expect(response.json<{ detail: string }>().detail).toMatch(
        /^This path does not read a body of type application\/x-yml\. .*application\/json/,
      );
    }
  });

  /**
   * A key in every place where one may stand: what opens is the key, not where it is. Bodies are not valid, so that nothing is done beyond
   * the door.
   */
  async function tried(server: FastifyInstance, route: DescribedRoute, holder: Holder) {
    const secret = secrets[holder];
    const isWriteRoute = route.access.kind === 'write-key';
    const url = route.url.replace(/:(\w+)/g, (_match, name: string) =>
      name === 'key' && secret !== '' ? encodeURIComponent(secret) : 'x',
    );
    const basic = `Basic ${Buffer.from(`${secret}:`).toString('base64')}`;
    const response = await server.inject({
      method: route.method as 'GET',
      url,
      headers: secret === '' ? {} : { authorization: isWriteRoute ? basic : `Bearer ${secret}` },
      ...(route.method === 'GET' || route.url.startsWith('/v1/') === false ? {} : { payload: { nothing: 'that is known' } }),
    });
    const problem = String(response.headers['content-type']).startsWith('application/problem+json')
      ? response.json<{ code: string }>().code
      : null;
    // The settings of a browser client say of a key that is not known that there is no such project.
    return { code: isWriteRoute && problem === 'unknown-write-key' ? 401 : response.statusCode, problem };
  }
});

test('another method than a path has is answered with those that it has, on each listener its own', async () => {
  const opened = await openMemoryStore();
  const app = turnDeps(opened.store);
  const inside = testServer(app).server;
  const outside = testServer(app, {}, { kind: 'public', scopes: [] }).server;
  const put = await inside.inject({ method: 'PUT', url: '/v1/profiles/01' });
  expect([put.statusCode, put.headers.allow, put.json<{ code: string }>().code]).toEqual([405, 'DELETE, GET, HEAD', 'method-not-allowed']);
  expect((await outside.inject({ method: 'PUT', url: '/v1/profiles/01' })).statusCode).toBe(404);
  expect((await outside.inject('/v1/profiles/01')).json()).toMatchObject({ detail: expect.stringContaining('SOJOURN_PUBLIC_SCOPES') });
  expect((await outside.inject('/readyz')).json()).toEqual({ status: 'ok' });
  expect((await outside.inject('/metrics')).statusCode).toBe(404);
  expect((await outside.inject('/openapi.json')).statusCode).toBe(404);
  await Promise.all([inside.close(), outside.close()]);
  await opened.dispose();
});
