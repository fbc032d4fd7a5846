import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createOrderLookup } from '../../src/shop-api/order-lookup.js';

const since = Date.UTC(2026, 10, 24);
const person = { userId: 'ada', email: 'ada@example.com', cartToken: null, since };
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly authorization: string | undefined;
}

async function shop(answer: (response: ServerResponse) => void): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ method: request.method, url: request.url, body, authorization: request.headers.authorization });
      answer(response);
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`, asked };
}
const answering = (text: string, status = 200) => shop((response) => response.writeHead(status).end(text));

test('asks by POST, so that nobody’s address stands in an address that is logged', async () => {
  const { url, asked } = await answering('{"orders": [{"orderedAt": "2026-11-24T10:00:00Z"}, {"orderedAt": "2026-11-24T12:00:00+01:00"}]}');
  const lookup = createOrderLookup({ url, token: 'a token', method: 'POST' });
  expect(await lookup.findOrder(person)).toEqual({ kind: 'found', orderedAt: Date.UTC(2026, 10, 24, 11) });
  expect(asked).toEqual([
    {
      method: 'POST',
      url: '/orders',
      body: JSON.stringify({ userId: 'ada', email: 'ada@example.com', since: '2026-11-24T00:00:00.000Z' }),
      authorization: 'Bearer a token',
    },
  ]);
});

test('asks by GET where a shop wants it as before', async () => {
  const { url, asked } = await answering('{"orders": []}');
  expect(await createOrderLookup({ url: `${url}?shop=1`, token: null, method: 'GET' }).findOrder(person)).toEqual({ kind: 'none' });
  expect(asked).toMatchObject([
    { method: 'GET', url: '/orders?shop=1&userId=ada&email=ada%40example.com&since=2026-11-24T00%3A00%3A00.000Z', body: '' },
  ]);
});

test('an answer is as large as it may be, and no larger', async () => {
  const orders = (count: number) =>
    JSON.stringify({ orders: Array.from({ length: count }, () => ({ orderedAt: '2026-11-24T10:00:00Z' })) });
  const fine = await answering(orders(5_000));
  expect(await createOrderLookup({ url: fine.url, token: null, method: 'POST' }).findOrder(person)).toMatchObject({ kind: 'found' });
  const large = await answering(orders(10_000));
  expect(await createOrderLookup({ url: large.url, token: null, method: 'POST' }).findOrder(person)).toEqual({
    kind: 'failed',
    code: 'answer-too-large',
  });

  let sent = 0;
  const endless = await shop((response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024))) sent += 64 * 1024;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect(await createOrderLookup({ url: endless.url, token: null, method: 'POST' }).findOrder(person)).toEqual({
    kind: 'failed',
    code: 'answer-too-large',
  });
  expect(sent).toBeLessThan(20_000_000);
});

test.each([
  ['an error', '{"orders": []}', 500, 'http-500'],
  ['what is no JSON', '<html>', 200, 'malformed-answer'],
  ['other JSON', '{"orders": [{"at": 1}]}', 200, 'malformed-answer'],
])('%s is a look-up that failed', async (_what, text, status, code) => {
  const { url } = await answering(text, status);
  expect(await createOrderLookup({ url, token: null, method: 'POST' }).findOrder(person)).toEqual({ kind: 'failed', code });
});
