import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { patience, timeLimits } from '../../src/api/patience.js';
import { testApi } from '../support/api.js';
import { openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const impatience = { headersMs: 200, requestMs: 600, silenceMs: 5_000, idleMs: 300, lookEveryMs: 50 };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function impatientServer(): Promise<number> {
  const server = fastify(timeLimits(impatience));
  server.post('/', async () => {
    await sleep(impatience.requestMs * 2);
    return 'done';
  });
  closing.push(() => server.close());
  await server.listen({ host: '127.0.0.1', port: 0 });
  return (server.server.address() as AddressInfo).port;
}

/**
 * Says the first words at once, then one letter of the rest every 50 ms; answers what came back, once the connection is closed or has
 * answered.
 */
async function drip(port: number, first: string, rest: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(first);
  let said = 0;
  const dripping = setInterval(() => {
    if (said < rest.length) socket.write(rest[said++] ?? '');
  }, 50);
  await closed;
  clearInterval(dripping);
  return heard;
}

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n';

test('a client that sends its body letter by letter loses its connection', async () => {
  expect(await drip(await impatientServer(), `${head}Content-Length: 1000\r\n\r\n`, 'a'.repeat(1000))).toContain('408 Request Timeout');
});

test('a client that never ends its headers loses its connection sooner', async () => {
  const port = await impatientServer();
  const started = performance.now();
  expect(await drip(port, head, `X-Slow: ${'a'.repeat(1000)}`)).toContain('408 Request Timeout');
  expect(performance.now() - started).toBeLessThan(impatience.requestMs);
});

test('a request that came in time is answered, however long we take', async () => {
  expect(await drip(await impatientServer(), `${head}Content-Length: 1\r\n\r\na`, '')).toMatch(/200 OK[^]*done/);
});

test('the API waits for no client for ever', async () => {
  const opened = await openMemoryStore();
  closing.push(() => opened.dispose());
  const { server } = await testApi(turnDeps(opened.store));
  const { requestTimeout, headersTimeout, timeout, keepAliveTimeout } = server.server;
  expect({ requestTimeout, headersTimeout, timeout, keepAliveTimeout }).toEqual({
    requestTimeout: patience.requestMs,
    headersTimeout: patience.headersMs,
    timeout: patience.silenceMs,
    keepAliveTimeout: patience.idleMs,
  });
});
