import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createCallReceiver } from '../../src/shop-api/call-receiver.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const loopback = createCallReceiver({ networks: ['127.0.0.0/8', '::1'] });
const open = createCallReceiver({ networks: [] });
const call = (url: string) => ({ url, headers: { 'webhook-id': 'call_1' }, body: '{"a":"ü"}' });

describe('a call to a receiver', () => {
  test('posts the body with its headers, and reads the answer', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url: path, headers } = request;
        seen.push([method, path, headers['content-type'], headers['webhook-id'], Buffer.concat(chunks).toString()]);
        response.end('{"ticket_id":7}');
      });
    });

    expect(await loopback(call(url))).toEqual({ kind: 'answered', status: 200, body: { ticket_id: 7 } });
    expect(seen).toEqual([['POST', '/hook', 'application/json', 'call_1', '{"a":"ü"}']]);
  });

  test.each([
    ['no object', '[1,2]'],
    ['no JSON', '<html>'],
    ['too long', `{"a":"${'x'.repeat(70_000)}"}`],
    ['empty', ''],
  ])('takes an answer that is %s as one without content', async (_what, text) => {
    const url = await serve((_request, response) => void response.end(text));
    expect(await loopback(call(url))).toEqual({ kind: 'answered', status: 200, body: {} });
  });

  test('follows no redirect, wherever it leads', async () => {
    let hits = 0;
    const behind = await serve((_request, response) => {
      hits += 1;
      response.end();
    });
    const url = await serve((_request, response) => void response.writeHead(307, { location: behind }).end());

    expect(await loopback(call(url))).toEqual({ kind: 'refused', code: 'http-307' });
    expect(hits).toBe(0);
  });

  test('reaches no private address, however it is written', async () => {
    let hits = 0;
    const url = await serve((_request, response) => {
      hits += 1;
      response.end();
    });
    const { port } = new URL(url);
    const spellings = [
      '127.0.0.1',
      'localhost',
      '0x7f000001',
      '2130706433',
      '127.1',
      '0177.0.0.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '0.0.0.0',
    ];
    for (const host of spellings)
      expect(await open(call(`http://${host}:${port}/hook`)), host).toEqual({ kind: 'refused', code: 'private-address' });
    expect(await open(call('http://169.254.169.254/latest/meta-data'))).toEqual({ kind: 'refused', code: 'private-address' });
    expect(hits).toBe(0);
  });

  test('fails where nobody listens, or the connection breaks', async () => {
    const url = await serve((request) => void request.socket.destroy());
    expect(await loopback(call(url))).toMatchObject({ kind: 'failed', code: 'econnreset' });
    expect(await loopback(call('http://127.0.0.1:9/'))).toMatchObject({ kind: 'failed' });
    expect(await open(call('http://no-such-host.invalid/'))).toMatchObject({ kind: 'failed' });
  });
});
