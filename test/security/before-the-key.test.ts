import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../support/collect.js';
import { basic, type Outside, openOutside } from '../support/outside.js';
import { countStatements } from '../support/stores.js';

describe('before its key is checked a request costs next to nothing', () => {
  let outside: Outside;
  let key: string;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    outside = await openOutside();
    key = await outside.writeKey();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await sleep(50);
  });
  afterAll(() => outside.close());

  let count = 0;
  const event = (more: object = {}) => ({ type: 'track', event: 'Viewed', userId: 'ada', messageId: `m${(count += 1)}`, ...more });
  const post = (body: string | Buffer, headers: Readonly<Record<string, string>>, path = '/v1/batch') =>
    fetch(`${outside.url}${path}`, { method: 'POST', body, headers });
  const honest = async (headers: Readonly<Record<string, string>> = basic(key)) => {
    const began = performance.now();
    const response = await post(JSON.stringify({ batch: [event()] }), headers);
    return { status: response.status, ms: performance.now() - began };
  };
  const kept = async () =>
    Number(
      (
        await outside.store.db
          .selectFrom('events')
          .select(({ fn }) => fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    );
  const madeUpKey = () => `sj_wk_${randomBytes(32).toString('base64url')}`;
  /** Begins a body and never ends it. */
  const stall = (headers: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(outside.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write(`POST /v1/batch HTTP/1.1\r\nHost: shop\r\n${headers}Content-Length: 2000\r\n\r\n{"batch"`, () => resolve());
    });

  test('offered keys are not kept, whatever their size, and what does not look like one never reaches the store', async () => {
    await honest();
    const statements = await countStatements(outside.store, async () => {
      for (let i = 0; i < 100; i += 1) expect((await post('{}', basic(`sj_wk_${'x'.repeat(8_000)}${i}`))).status).toBe(401);
      for (let i = 0; i < 100; i += 1)
        expect((await post(JSON.stringify({ writeKey: `${'y'.repeat(200_000)}${i}`, batch: [] }), {})).status).toBe(401);
    });
    // That the honest key was used is written behind its request.
    expect(statements.filter((text) => !text.includes('last_used_at'))).toEqual([]);

    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 6; i += 1)
      await Promise.all(Array.from({ length: 50 }, () => post(JSON.stringify({ writeKey: madeUpKey(), filler: 'z'.repeat(100_000) }), {})));
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect((await honest()).status).toBe(200);
  });

  test('a thousand made-up keys cost four reads of the store a second', async () => {
    await honest();
    const began = performance.now();
    const statements = await countStatements(outside.store, () =>
      Promise.all(Array.from({ length: 1000 }, async () => expect((await post('{}', basic(madeUpKey()))).status).toBe(401))),
    );
    expect(statements.length).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 250));
  });

  test('a key that was made a moment ago opens, though strangers offer theirs meanwhile', async () => {
    await honest();
    await post('{}', basic(madeUpKey()));
    expect((await honest(basic(await outside.writeKey()))).status).toBe(200);
  });

  test('a packed body without a key in its header is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(8_000_000, '['));
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(bomb, { 'content-encoding': 'gzip' })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 401));
    expect(await answers[0]?.json()).toMatchObject({ code: 'no-write-key', detail: expect.stringContaining('in the header') });
  });

  test('nested gzips take the memory of what they are, and not of what parsing them would build', async () => {
    await honest();
    const nested = gzipSync(Buffer.from(`{"batch":${'['.repeat(7_500_000)}${']'.repeat(7_500_000)}}`));
    const flat = gzipSync(Buffer.from(`{"batch":[${'{},'.repeat(5_000_000)}{}]}`));
    collect();
    const before = process.memoryUsage().rss;
    let most = 0;
    const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const answers = await Promise.all(
      [...Array.from({ length: 4 }, () => nested), ...Array.from({ length: 4 }, () => flat)].map((body) =>
        post(body, { ...basic(key), 'content-encoding': 'gzip' }),
      ),
    );
    clearInterval(watching);
    for (const { status } of answers) expect([400, 413, 429]).toContain(status);
    expect(answers.map(({ status }) => status)).toContain(413);
    expect(most - before).toBeLessThan(700_000_000);
    expect((await honest()).status).toBe(200);
  });

  test.each(['without a key', 'with a key that everybody can read', 'with the very key of the honest'])(
    '300 stalled bodies %s do not stop events',
    async (whose) => {
      const stalledKey = whose === 'without a key' ? null : whose.includes('very') ? key : await outside.writeKey('browser');
      const headers = stalledKey === null ? '' : `Authorization: ${basic(stalledKey).authorization}\r\n`;
      await Promise.all(Array.from({ length: 300 }, () => stall(headers)));
      await sleep(200);

      const answers = [];
      for (const began = performance.now(); performance.now() - began < 7_000; await sleep(500))
        answers.push(await honest(), await honest({}));
      // Whoever shares both key and address with the stalled ones waits until they are ended.
      const fromTheStart = whose.includes('very') ? answers.slice(-2) : answers;
      const withKey = fromTheStart.filter((_, i) => i % 2 === 0);
      expect(withKey.map(({ status }) => status)).toEqual(withKey.map(() => 200));
      expect(Math.max(...withKey.map(({ ms }) => ms))).toBeLessThan(2_000);
    },
  );

  test('browsers, which bring their key in the body, are taken beside 300 stalled ones of others', async () => {
    await Promise.all(Array.from({ length: 300 }, () => stall('')));
    await sleep(1_100);
    for (let i = 0; i < 5; i += 1) {
      const response = await post(JSON.stringify({ ...event(), writeKey: key }), {}, '/v1/t');
      expect([response.status, response.headers.get('retry-after')]).toEqual([200, null]);
    }
  });

  test('a body that comes too slowly ends, and its connection with it', async () => {
    const socket = connect(outside.port, '127.0.0.1');
    sockets.push(socket);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1'))).on('error', () => undefined);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(`POST /v1/batch HTTP/1.1\r\nHost: shop\r\nAuthorization: ${basic(key).authorization}\r\nContent-Length: 100000\r\n\r\n`);
    const dripping = setInterval(() => socket.write(' '), 100);
    await closed;
    clearInterval(dripping);
    expect(heard).toContain('408');
    expect(heard).toContain('body-too-slow');
  }, 20_000);

  test('what honest clients send is taken: packed, 500 kB, with the key in the header or in the body', async () => {
    const events = Array.from({ length: 500 }, () => event({ properties: { text: 'x'.repeat(880) } }));
    const before = await kept();
    const batch = JSON.stringify({ batch: events });
    expect(batch.length).toBeGreaterThan(480_000);
    expect((await post(batch, basic(key))).status).toBe(200);
    expect(
      (await post(JSON.stringify({ sentAt: null, batch: events, writeKey: key }), { 'content-type': 'text/plain' }, '/v1/b')).status,
    ).toBe(200);
    const fresh = JSON.stringify({ batch: Array.from({ length: 50 }, () => event()), writeKey: key });
    expect((await post(gzipSync(fresh), { ...basic(key), 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await post(fresh, {}, '/v1/b')).status).toBe(200);
    expect((await kept()) - before).toBe(550);
  });

  test('a body that needs its key in the header is told so', async () => {
    const response = await post(JSON.stringify({ writeKey: key, batch: [event({ properties: { text: 'x'.repeat(600_000) } })] }), {});
    expect([response.status, await response.json()]).toEqual([
      401,
      expect.objectContaining({ detail: expect.stringContaining('needs its write key in the header') }),
    ]);
  });
});
