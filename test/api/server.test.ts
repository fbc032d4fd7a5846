import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PartState } from '../../src/api/deps.js';
import { testApi } from '../support/api.js';
import { abandonedCart } from '../support/reminded.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

interface Body {
  readonly type?: string;
  readonly additionalProperties?: unknown;
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Body & { readonly anyOf?: readonly Body[] } }>> };
  readonly security?: unknown;
}

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
    const away: PartState = { name: 'temporal', state: 'down', detail: 'Temporal cannot be reached.', needed: false };
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

  test('refuses a key that it does not know, in a body and in a query, and says which was meant', async () => {
    const { server, call } = await testApi(turnDeps(opened.store));
    const asked = { name: 'Sale', template: 'sale', to: { everyone: true } };
    const id = 'a'.repeat(26);
    for (const [method, url, body, words] of [
      ['POST', '/v1/broadcasts', { ...asked, startAt: '2026-12-01T09:00:00Z' }, '"startAt" is not known here. Did you mean "startsAt"?'],
      ['POST', '/v1/broadcast-checks', { ...asked, overr: 'PT2H' }, '"overr" is not known here. Did you mean "over"?'],
      ['POST', '/v1/broadcasts', { ...asked, to: { everyone: true, trait: {} } }, 'to: "trait" is not known here. Did you mean "traits"?'],
      [
        'POST',
        '/v1/send-checks',
        { to: { userId: 'a' }, channel: 'sms', topic: 'x', class: 'marketing', att: 'PT2H' },
        'Did you mean "at"?',
      ],
      [
        'POST',
        `/v1/profiles/${id}/consents`,
        { channel: 'sms', state: 'granted', method: 'm', source: 's', legal_basis: 'implied' },
        'legalBasis',
      ],
      ['POST', `/v1/entries/${id}/exit`, { reasn: 'by-phone' }, 'Did you mean "reason"?'],
      ['POST', '/v1/templates/sale/previews', { person: id }, '"person" is not known here. Known here: profileId, locale.'],
      ['GET', '/v1/messages?profielId=x', undefined, 'The query is not valid: "profielId" is not known here. Did you mean "profileId"?'],
      ['GET', '/v1/journeys/cart/report?form=2026-12-01', undefined, 'Known here: since, until.'],
    ] as const) {
      expect(await call(method, url, body), url).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', detail: expect.stringContaining(words) },
      });
    }
    // A key may be anything, also somebody's address; only what looks like a name is said again.
    const { body } = await call('GET', '/v1/messages?ada@example.test=1&447700900123=1');
    expect(JSON.stringify(body)).not.toMatch(/ada|4477/);

    // Nothing that is asked under /v1 with an API key is open, so a route that comes later is not either. Events of clients are what their
    // clients make of them.
    const document = (await server.inject('/openapi.json')).json();
    const open = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(
          ([, { requestBody, security }]) =>
            security === undefined &&
            Object.values(requestBody?.content ?? {})
              .flatMap(({ schema }) => schema.anyOf ?? [schema])
              .some(({ type, additionalProperties }) => type !== 'string' && additionalProperties !== false),
        )
        .map(([method]) => `${method} ${path}`),
    );
    expect(open).toEqual([]);
  });

  test('says what to write instead', async () => {
    const { server, call, apiKey } = await testApi(turnDeps(opened.store));
    const message = (payload: object, headers = {}) =>
      server.inject({ method: 'POST', url: '/v1/messages', headers: { authorization: `Bearer ${apiKey}`, ...headers }, payload });
    const order = { to: { userId: 'ada' }, template: 'order-confirmation' };

    expect((await message(order)).json().detail).toBe('Send an Idempotency-Key header, such as shipped-W-10482.');
    const key = { 'idempotency-key': 'k' };
    for (const to of [{ email: 'ada@example.test' }, { userId: 'ada', profileId: 'x' }, {}, 'ada'])
      expect((await message({ ...order, to }, key)).json().detail).toBe('The body is not valid: to: Name one of profileId or userId.');
    expect((await message({ to: { userId: 'ada' } }, key)).json().detail).toBe('The body is not valid: template: It is missing.');
    for (const to of [{}, { everyone: false }, { everyone: true, userIds: ['ada'] }])
      expect((await call('POST', '/v1/broadcasts', { name: 'x', template: 'y', to })).body['detail']).toBe(
        'The body is not valid: to: Name one of profileIds, userIds, emails, recipients (with by), segment or everyone (as true).',
      );
  });

  test('answers what the store could not take as a mistake in the request', async () => {
    const { call } = await testApi(await abandonedCart(opened.store));
    const cursors = ['["abc","x"]', '[1e300,"x"]', '[]', '[1,"x",2]', '[1.5,"x"]', '[-1,"x"]', '[1,"\\u0000"]', '{}', '"x"'].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    const lists = [
      '/entries?',
      '/messages?',
      '/broadcasts?',
      '/journeys?',
      '/journeys/cart/versions?',
      '/events?profileId=x&',
      '/inbound-messages?',
      '/dead-letters?',
      '/consents?state=pending&',
      '/policies/caps/versions?',
    ];
    const answers = new Map<string, number>();
    // Text is a position in the lists that go by an id alone.
    for (const list of lists)
      for (const cursor of cursors) answers.set(`${list} ${cursor}`, (await call('GET', `/v1${list}cursor=${cursor}`)).status);
    for (const path of [
      '/journeys/cart/versions/99999999999',
      '/policies/caps/versions/99999999999',
      '/profiles?userId=%00',
      '/profiles?anonymousId=a%00',
      '/profiles/%00',
      '/profiles/a%00b/export',
      '/entries/%00',
      '/messages/%00',
      '/broadcasts/%00',
      '/events/%00',
      '/messages?journeyId=%00',
      '/messages?entryId=%00',
      '/entries?profileId=%00',
      '/events?profileId=%00',
      '/inbound-messages?profileId=%00',
    ])
      answers.set(path, (await call('GET', `/v1${path}`)).status);
    const consent = { channel: 'sms', state: 'granted', method: 'form', source: 'here' };
    const id = 'a'.repeat(26);
    for (const [path, body] of [
      ['/write-keys', { name: 'a\0' }],
      [`/profiles/${id}/consents`, { ...consent, method: '\0' }],
      [`/profiles/${id}/consents`, { ...consent, text: '\0' }],
      ['/send-checks', { to: { userId: 'a' }, channel: 'sms', topic: '\0', class: 'marketing' }],
      ['/journeys/cart/versions', { source: '\0' }],
      ['/journeys/cart/versions', { source: 'id: cart', note: '\0' }],
      ['/templates/x/test-sends', { to: 'a\0b' }],
      ['/breakers/journey/%00/reset', {}],
    ] as const)
      answers.set(`POST ${path} ${JSON.stringify(body)}`, (await call('POST', `/v1${path}`, body)).status);
    expect([...answers].filter(([, status]) => status !== 400)).toEqual([]);

    // Of numbers that are none of ours the sentence says what they are.
    expect((await call('GET', '/v1/journeys/cart/versions/99999999999')).body['detail']).toContain('version');
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

  test('takes what PostgreSQL says of a value that it cannot hold for a mistake in the request, and lets the log tell of it', async () => {
    const logged: unknown[] = [];
    const deps = turnDeps(opened.store, { log: { info: () => {}, error: () => {}, warn: (fields) => void logged.push(fields) } });
    const { call } = await testApi(deps, {
      reconcile: () => {
        throw Object.assign(new Error('invalid byte sequence for encoding "UTF8": ada@example.test'), { code: '22021' });
      },
    });
    const answer = await call('POST', '/v1/reconciliations');
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(JSON.stringify([answer, logged])).not.toContain('ada@example.test');
    expect(logged).toMatchObject([{ route: '/v1/reconciliations', code: '22021' }]);
  });

  test('answers a path that is cut or too long as a problem, without the path', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    for (const [path, status] of [
      ['/v1/profiles/ada@example.test%E0%A4%A', 400],
      [`/v1/profiles/ada@example.test${'a'.repeat(300)}`, 414],
    ] as const) {
      const answer = await call('GET', path);
      expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json'), body: { status } });
      expect(JSON.stringify(answer)).not.toContain('ada@');
    }
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
    // Refusals are described, pages for people are no part of it, and a version may be the file itself.
    const publish = document.paths['/v1/journeys/{id}/versions'].post;
    for (const status of ['400', '401', '404', '4XX'])
      expect(publish.responses[status].content['application/problem+json'].schema).toEqual({ $ref: '#/components/schemas/Problem' });
    expect(publish.requestBody.content).toMatchObject({ 'application/json': {}, 'application/yaml': { schema: { type: 'string' } } });
    expect(Object.keys(document.paths).filter((path) => !/^\/(?:v1\/|webhooks\/|healthz$|readyz$|metrics$)/.test(path))).toEqual([]);
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
