import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { doorLimits } from '../../src/api/event-door/doorway.js';
import { minute } from '../../src/domain/time/instant.js';
import { createWriteKey, revokeWriteKey } from '../../src/store/write-keys.js';
import { testApi } from '../support/api.js';
import { eventDoors } from '../support/segment.js';
import { noon } from '../support/shop-events.js';
import { countStatements, openMemoryStore, resetTables } from '../support/stores.js';
import { type TurnDeps, turnDeps } from '../support/turns.js';

interface Recorded {
  readonly client: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> & { readonly batch?: readonly unknown[] };
}
const recorded = JSON.parse(
  readFileSync(new URL('../vectors/segment-clients-recorded.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

describe('the Segment API', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let deps: TurnDeps;
  let server: FastifyInstance;
  let key: string;
  let keyId: string;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    deps = turnDeps(opened.store, { publicUrl: 'https://events.shop.example' });
    ({ server } = await testApi(deps, { plugins: [...eventDoors(deps)] }));
    const made = await createWriteKey(opened.store.db, { name: 'shop', at: noon, kind: 'server' });
    [key, keyId] = [made.secret, made.key.id];
  });

  const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}` });
  const post = (url: string, payload: string | Buffer | object, headers: Record<string, string> = basic(key)) =>
    server.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    });
  const events = () => opened.store.db.selectFrom('events').selectAll().orderBy('message_id').execute();
  const letters = () => opened.store.db.selectFrom('dead_letters').selectAll().orderBy('id').execute();
  const view = (more: object = {}) => ({ event: 'Viewed', userId: 'ada', messageId: 'm1', ...more });

  test.each(recorded.map((request, index) => [`${index} ${request.client} ${request.path}`, request] as const))(
    'takes what real clients send: %s',
    async (_name, { path, headers, body }) => {
      const response = await post(path, { ...body, writeKey: key }, { 'content-type': headers['content-type'] ?? '' });

      expect([response.statusCode, response.json()]).toEqual([200, { success: true }]);
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(await events()).toHaveLength(body.batch?.length ?? 1);
      expect(await letters()).toEqual([]);
      expect(JSON.stringify(await events())).not.toContain(key);
    },
  );

  test.each(['identify', 'track', 'page', 'screen', 'group', 'alias', 'i', 't', 'p', 's', 'g', 'a'])(
    'takes /v1/%s with and without a slash at the end, and says nothing that could be followed elsewhere',
    async (path) => {
      const event = { userId: 'ada', event: 'Viewed', previousId: 'anon' };
      for (const [index, url] of [`/v1/${path}`, `/v1/${path}/`].entries()) {
        const response = await post(url, { ...event, messageId: `m${index}` });
        expect([response.statusCode, response.headers['content-type'], response.json()]).toEqual([
          200,
          expect.stringContaining('application/json'),
          { success: true },
        ]);
      }
      expect((await events()).map(({ type }) => type[0])).toEqual([path[0], path[0]]);
    },
  );

  test('opens with a write key in either place, and says what is missing otherwise', async () => {
    expect((await post('/v1/track', view(), basic(key))).statusCode).toBe(200);
    expect((await post('/v1/track', view({ writeKey: key }), {})).statusCode).toBe(200);
    expect((await post('/v1/track', view({ writeKey: key }), basic('wrong'))).statusCode).toBe(200);

    expect((await post('/v1/track', view(), {})).json()).toMatchObject({ status: 401, code: 'no-write-key' });
    expect((await post('/v1/track', view({ writeKey: 'wrong' }), {})).json()).toMatchObject({ status: 401, code: 'unknown-write-key' });
    expect((await post('/v1/track', '{"never', {})).statusCode).toBe(401);
    expect(await letters()).toEqual([]);
    expect(await events()).toHaveLength(1);
  });

  test('asks the store about a key once in five seconds, so a revoked one stops within them', async () => {
    await post('/v1/track', view());
    expect((await countStatements(opened.store, () => post('/v1/batch', { batch: [] }))).length).toBe(0);

    await revokeWriteKey(opened.store.db, keyId, noon);
    expect((await post('/v1/batch', { batch: [] })).statusCode).toBe(200);
    deps.clock.pass(5_000);
    expect((await post('/v1/batch', { batch: [] })).statusCode).toBe(401);
  });

  test('keeps the bad events of a batch with their reasons and stores the rest', async () => {
    const response = await post('/v1/batch', {
      batch: [
        { type: 'track', ...view() },
        { type: 'track', userId: 'ada' },
        { type: 'track', event: 'Viewed' },
        { type: 'sing', userId: 'ada' },
        'no object',
        null,
        { type: 'track', ...view({ messageId: 'm2', timestamp: 'yesterday' }) },
        { type: 'track', event: 'Consent Granted', userId: 'ada', properties: { channel: 'fax' } },
        { type: 'identify', userId: 'ada', traits: ['a list'] },
      ],
    });

    expect([response.statusCode, response.json()]).toEqual([200, { success: true }]);
    const stored = await events();
    expect(stored.map(({ message_id }) => message_id).sort()).toEqual(['m1', 'm2']);
    expect(stored.find(({ message_id }) => message_id === 'm2')?.matched).toContainEqual(
      expect.objectContaining({ result: 'note', reason: 'unreadable:timestamp' }),
    );
    const kept = await letters();
    expect(kept.map(({ reason }) => reason).sort()).toEqual([
      'invalid-consent-event',
      'invalid-event',
      'invalid-event',
      'no-identity',
      'no-name',
      'not-an-object',
      'not-an-object',
    ]);
    expect(JSON.stringify(kept.map(({ detail }) => detail))).not.toMatch(/yesterday|sing"|a list/);
  });

  test('keeps a single bad event too, and says why', async () => {
    expect((await post('/v1/track', { userId: 'ada' })).json()).toMatchObject({ status: 400, code: 'no-name' });
    expect((await post('/v1/t', { event: 'Consent Granted', userId: 'ada', properties: { channel: 'fax' } })).json()).toMatchObject({
      status: 400,
      code: 'invalid-consent-event',
    });
    expect(await letters()).toHaveLength(2);
  });

  test('keeps a body that cannot be read at all, without the key', async () => {
    const response = await post('/v1/batch', `{"writeKey": "${key}", "batch": [`);

    expect(response.json()).toMatchObject({ status: 400, code: 'invalid-json' });
    expect(await letters()).toMatchObject([{ reason: 'invalid-json', payload: '{"writeKey": "", "batch": [' }]);
    expect((await post('/v1/batch', { batch: 'none' })).json()).toMatchObject({ status: 400, code: 'no-batch' });
    expect((await post('/v1/track', '[]')).json()).toMatchObject({ status: 400, code: 'not-an-object' });
    expect((await post('/v1/track', '')).json()).toMatchObject({ status: 400, code: 'invalid-json' });
    expect(JSON.stringify(await letters())).not.toContain(key);
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['GZIP', gzipSync],
  ] as const)('unpacks %s', async (encoding, pack) => {
    const body = pack(JSON.stringify({ batch: [{ type: 'track', ...view() }] }));
    expect((await post('/v1/batch', body, { ...basic(key), 'content-encoding': encoding })).statusCode).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  test('refuses bodies that are too large, also when they only unpack to it, and encodings that it does not know', async () => {
    const four = JSON.stringify({ batch: [{ type: 'track', ...view({ properties: { text: 'x'.repeat(4.5 * 1024 * 1024) } }) }] });
    expect((await post('/v1/batch', four)).statusCode).toBe(200);
    expect((await post('/v1/batch', 'x'.repeat(9 * 1024 * 1024))).statusCode).toBe(413);

    const zipped = { ...basic(key), 'content-encoding': 'gzip' };
    expect((await post('/v1/batch', gzipSync(Buffer.alloc(64 * 1024 * 1024)), zipped)).json()).toMatchObject({ status: 413 });
    expect((await post('/v1/batch', 'no gzip', zipped)).json()).toMatchObject({ status: 400, code: 'invalid-encoding' });
    expect((await post('/v1/batch', '{}', { ...basic(key), 'content-encoding': 'br' })).statusCode).toBe(415);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8', 'nonsense', ''])(
    'reads JSON whatever the content type says: %s',
    async (type) => {
      const response = await post('/v1/track', view(), { ...basic(key), 'content-type': type });
      expect(response.statusCode).toBe(200);
    },
  );

  test('takes an event once, knows it again by its content when it has no id, and counts arrivals when it has no time either', async () => {
    await post('/v1/track', view());
    await post('/v1/track', view());
    expect(await events()).toHaveLength(1);

    const timed = view({ messageId: undefined, timestamp: '2026-11-24T11:00:00Z' });
    await post('/v1/track', { ...timed, sentAt: '2026-11-24T11:59:00Z' });
    await post('/v1/track', { ...timed, sentAt: '2026-11-24T12:00:00Z' });
    expect(await events()).toHaveLength(2);

    const untimed = { type: 'track', ...view({ messageId: undefined }) };
    await post('/v1/batch', { batch: [untimed, untimed] });
    deps.clock.pass(1);
    await post('/v1/batch', { batch: [untimed] });
    expect(await events()).toHaveLength(5);
  });

  test('sets events on its own clock by how long before sending they happened', async () => {
    const wrong = Date.UTC(2031, 0, 1);
    const iso = (at: number) => new Date(at).toISOString();
    await post('/v1/batch', {
      sentAt: iso(wrong),
      batch: [
        { type: 'track', ...view({ messageId: 'ten minutes before', timestamp: iso(wrong - 10 * minute) }) },
        { type: 'track', ...view({ messageId: 'after it was sent', timestamp: iso(wrong + minute) }) },
        { type: 'track', ...view({ messageId: 'no timestamp' }) },
      ],
    });
    await post('/v1/track', view({ messageId: 'not sent at', timestamp: iso(noon - minute) }));
    await post('/v1/import', {
      sentAt: iso(wrong),
      batch: [{ type: 'track', ...view({ messageId: 'imported', timestamp: '2024-02-03 04:05:06' }) }],
    });

    const stored = Object.fromEntries((await events()).map((event) => [event.message_id, event]));
    expect(Object.fromEntries(Object.entries(stored).map(([name, { occurred_at }]) => [name, occurred_at]))).toEqual({
      'ten minutes before': noon - 10 * minute,
      'after it was sent': noon,
      'no timestamp': noon,
      'not sent at': noon - minute,
      imported: Date.UTC(2024, 1, 3, 4, 5, 6),
    });
    expect(stored['after it was sent']?.matched).toContainEqual(expect.objectContaining({ result: 'note', reason: 'clock-ahead' }));
    expect(stored['imported']?.origin).toBe('import');
  });

  test('takes what the Java and Ruby clients post to /v1/import as it happens, and history where it is old or says so', async () => {
    const iso = (at: number) => new Date(at).toISOString();
    const one = (messageId: string, at?: number) => ({
      type: 'track',
      ...view({ messageId, ...(at === undefined ? {} : { timestamp: iso(at) }) }),
    });
    await post('/v1/import', { sentAt: iso(noon), batch: [one('now', noon - minute), one('old', noon - 7 * 60 * minute), one('undated')] });
    await post('/v1/import', { history: true, batch: [one('history', noon - minute)] });
    await post('/v1/batch', { history: true, batch: [one('batched history', noon - minute)] });
    await post('/v1/batch', { history: 'true', batch: [one('a word', noon - minute)] });

    expect(Object.fromEntries((await events()).map(({ message_id, origin }) => [message_id, origin]))).toEqual({
      now: 'live',
      old: 'import',
      undated: 'import',
      history: 'import',
      'batched history': 'import',
      'a word': 'live',
    });
  });

  test('takes what Rudder’s clients call originalTimestamp for the timestamp, and any that can be read', async () => {
    const at = new Date(noon - 10 * minute).toISOString();
    const sentAt = new Date(noon).toISOString();
    await post('/v1/batch', {
      batch: [
        { type: 'track', ...view({ messageId: 'rudder', originalTimestamp: at, sentAt }) },
        { type: 'track', ...view({ messageId: 'both', timestamp: at, originalTimestamp: sentAt, sentAt }) },
        { type: 'track', ...view({ messageId: 'seconds', timestamp: (noon - 10 * minute) / 1000 }) },
        { type: 'track', ...view({ messageId: 'unreadable', timestamp: 'soon', originalTimestamp: at }) },
      ],
    });
    expect((await events()).map(({ occurred_at }) => occurred_at)).toEqual(Array.from({ length: 4 }, () => noon - 10 * minute));
  });

  test('takes what would break the store as a letter, or mended: depth, NUL, half characters, long ids', async () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const tooLongForAnIndex = String.fromCharCode(...Array.from({ length: 2000 }, () => 0x4e00 + Math.floor(Math.random() * 0x5000)));
    const response = await post(
      '/v1/batch',
      `{"batch":[${[
        `{"type":"track","event":"Deep","userId":"ada","properties":${deep}}`,
        `{"type":"track","event":"Nul\\u0000","userId":"a\\u0000da","messageId":"n\\u0000","properties":{"a\\uD800":"\\ud83d\\ude00"}}`,
        `{"type":"track","event":"Long","userId":"${'x'.repeat(300)}"}`,
        `{"type":"track","event":"Order Completed","userId":"ada","properties":{"order_id":"${tooLongForAnIndex}"}}`,
      ].join()}]}`,
    );

    expect(response.statusCode).toBe(200);
    // A purchase is one whatever its id: an id that no index has room for counts as none.
    expect(
      (await events())
        .map(({ name, payload }) => [name, payload['properties']])
        .toSorted(([one], [other]) => String(one).localeCompare(String(other))),
    ).toEqual([
      ['Nul\uFFFD', { 'a\uFFFD': '😀' }],
      ['Order Completed', { order_id: tooLongForAnIndex }],
    ]);
    expect((await letters()).map(({ reason }) => reason).sort()).toEqual(['invalid-event', 'too-deep']);
  });

  test('answers preflights of browsers on every path', async () => {
    for (const path of ['track', 't', 'batch/', 'b', 'm', `projects/${key}/settings`]) {
      const response = await server.inject({
        method: 'OPTIONS',
        url: `/v1/${path}`,
        headers: {
          origin: 'https://shop.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
      expect(response.statusCode).toBe(204);
      expect(response.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': expect.stringContaining('authorization'),
      });
    }
  });

  test('tells analytics.js that everything goes here', async () => {
    const response = await server.inject(`/v1/projects/${key}/settings`);
    expect(response.json()).toMatchObject({
      integrations: { 'Segment.io': { apiKey: key, apiHost: 'events.shop.example/v1', protocol: 'https' } },
      metrics: { sampleRate: 0 },
    });
    expect((await server.inject('/v1/projects/unknown/settings')).statusCode).toBe(404);
    expect((await post('/v1/m', '{"series":[]}', { 'content-type': 'text/plain' })).json()).toEqual({ success: true });
  });

  test('leaves the API its own paths', async () => {
    expect((await server.inject('/v1/events')).json()).toMatchObject({ code: 'no-api-key' });
    expect((await server.inject({ url: '/v1/journeys', headers: basic(key) })).statusCode).toBe(401);
  });

  test('sends clients away for some whole seconds when too much is under way, and takes them afterwards', async () => {
    const { server: small } = await testApi(deps, {
      plugins: [...eventDoors(deps, { ...doorLimits, known: { requests: 2, bytes: 1_000_000 } })],
    });
    const send = (index: number) =>
      small.inject({ method: 'POST', url: '/v1/track', headers: basic(key), payload: JSON.stringify(view({ messageId: `m${index}` })) });

    const answers = await Promise.all([1, 2, 3, 4].map(send));
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([200, 200, 429, 429]);
    for (const { headers, payload } of refused) {
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(JSON.parse(payload)).toMatchObject({ status: 429, code: 'too-much-at-once' });
    }
    expect((await send(5)).statusCode).toBe(200);
    expect(await events()).toHaveLength(3);
  });

  test('gives the place of a client that went away in the middle to the next', async () => {
    const { server: small } = await testApi(deps, {
      plugins: [...eventDoors(deps, { ...doorLimits, known: { requests: 1, bytes: 1_000_000 } })],
    });
    await small.listen({ host: '127.0.0.1', port: 0 });
    const { port } = small.server.address() as AddressInfo;
    try {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `POST /v1/track HTTP/1.1\r\nHost: shop\r\nAuthorization: ${basic(key).authorization}\r\nContent-Length: 1000\r\n\r\n{"event"`,
      );
      await vi.waitFor(async () => expect(await status(port)).toBe(429));
      socket.destroy();
      await vi.waitFor(async () => expect(await status(port)).toBe(200));
    } finally {
      await small.close();
    }
  });

  const status = async (port: number) =>
    (await fetch(`http://127.0.0.1:${port}/v1/track`, { method: 'POST', headers: basic(key), body: JSON.stringify(view()) })).status;
});
