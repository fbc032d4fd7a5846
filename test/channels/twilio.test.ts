import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createTwilioProvider, type TwilioSettings } from '../../src/channels/sms/providers/twilio.js';
import type { OutgoingSms } from '../../src/domain/messages/outgoing.js';
import { startPhone } from '../../src/embedded/phone/phone.js';
import { bare, providerContract } from './provider-contract.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'test-token' };
const authorization = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`;
const messagesPath = `/2010-04-01/Accounts/${account.accountSid}/Messages.json`;

const text = (id: string, overrides: Partial<OutgoingSms> = {}): OutgoingSms => ({
  kind: 'sms',
  messageId: id,
  from: '+447700900000',
  to: '+447700900123',
  body: `Fern & Fable: your basket is waiting, Zoë: https://s.example/c/${id}?a=1+2\nReply STOP to opt out`,
  segments: 2,
  validitySeconds: 3600,
  ...overrides,
});

providerContract('Twilio', async () => {
  const phone = await startPhone({ httpPort: 0, ...account });
  const provider = createTwilioProvider({ ...account, apiUrl: phone.url, publicUrl: 'http://127.0.0.1:1' });
  closers.push(
    () => phone.close(),
    () => provider.close(),
  );
  return {
    provider,
    message: (id) => text(id),
    arrivals: async (id) => {
      const response = await fetch(`${phone.url}${messagesPath}?PageSize=1000`, { headers: { authorization } });
      const { messages } = (await response.json()) as { messages: { body: string }[] };
      return messages.filter(({ body }) => body.includes(`/c/${id}?`)).length;
    },
    misbehave: async (chaos) => {
      expect((await fetch(`${phone.url}/chaos`, { method: 'PUT', body: JSON.stringify(chaos) })).status).toBe(200);
    },
  };
});

/** An HTTP server that answers what the test says, and remembers what it was asked. */
async function serve(
  answer: (request: IncomingMessage, body: string) => { status: number; body: unknown; headers?: Record<string, string> } | null,
) {
  const requests: { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      requests.push({ method: request.method, url: request.url, headers: request.headers, body });
      const given = answer(request, body);
      if (!given) return request.socket.destroy();
      response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
      return response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function open(apiUrl: string, settings: Partial<TwilioSettings> = {}) {
  const provider = createTwilioProvider({ ...account, apiUrl, publicUrl: 'https://news.shop.example', ...settings });
  closers.push(() => provider.close());
  return provider;
}

describe('the request itself', () => {
  test('is a form with everything Twilio needs, and nothing else', async () => {
    const { url, requests } = await serve(() => ({ status: 201, body: { sid: 'SM1', status: 'queued' } }));
    expect(bare(await open(`${url}/proxy/`).submit(text('id 1'), { deadlineMs: 5000 }))).toEqual({ kind: 'accepted', providerId: 'SM1' });

    const [request] = requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: `/proxy${messagesPath}`,
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      To: '+447700900123',
      From: '+447700900000',
      Body: text('id 1').body,
      StatusCallback: 'https://news.shop.example/webhooks/twilio/status?message=id%201',
      ValidityPeriod: '3600',
    });
  });

  test('names a Messaging Service as such, and keeps the validity within what Twilio takes', async () => {
    const { url, requests } = await serve(() => ({ status: 201, body: { sid: 'SM1', status: 'accepted' } }));
    await open(url).submit(text('id1', { from: 'MG1', validitySeconds: 0.4 }), { deadlineMs: 5000 });
    await open(url).submit(text('id1', { validitySeconds: 1e6 }), { deadlineMs: 5000 });

    const [first, second] = requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect(first).toMatchObject({ MessagingServiceSid: 'MG1', ValidityPeriod: '1' });
    expect(first).not.toHaveProperty('From');
    expect(second).toMatchObject({ ValidityPeriod: '36000' });
  });

  test('goes over a connection that is kept', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request) => {
      ports.add(request.socket.remotePort);
      return { status: 201, body: { sid: 'SM1' } };
    });
    const provider = open(url);
    for (const id of ['a', 'b', 'c']) await provider.submit(text(id), { deadlineMs: 5000 });
    expect(ports.size).toBe(1);
  });
});

describe('what Twilio says', () => {
  const refusal = (status: number, code: number) => ({ status, body: { code, message: 'no', more_info: 'x', status } });

  test.each([
    ['an opt-out', refusal(400, 21610), { kind: 'not-sent', code: 'twilio-21610', retry: false, suppress: true }],
    ['no such number', refusal(400, 21211), { kind: 'not-sent', code: 'twilio-21211', retry: false, suppress: true }],
    ['no mobile', refusal(400, 21614), { kind: 'not-sent', code: 'twilio-21614', retry: false, suppress: true }],
    ['a region that is off', refusal(403, 21408), { kind: 'not-sent', code: 'twilio-21408', retry: false }],
    ['too long', refusal(400, 21617), { kind: 'not-sent', code: 'twilio-21617', retry: false }],
    ['a full queue', refusal(400, 21611), { kind: 'not-sent', code: 'twilio-21611', retry: true }],
    ['a wrong token', refusal(401, 20003), { kind: 'not-sent', code: 'twilio-20003', retry: true }],
    ['too many requests', refusal(429, 20429), { kind: 'not-sent', code: 'twilio-20429', retry: true }],
    [
      'too many, for 7 s',
      { ...refusal(429, 20429), headers: { 'retry-after': '7' } },
      { kind: 'not-sent', code: 'twilio-20429', retry: true, retryAfterMs: 7000 },
    ],
    ['a fault of its own', refusal(500, 20500), { kind: 'unknown', code: 'twilio-20500' }],
    ['a gateway without a body', { status: 503, body: '' }, { kind: 'unknown', code: 'http-503' }],
    ['a success that cannot be read', { status: 201, body: '<html>' }, { kind: 'unknown', code: 'http-201' }],
    ['a success without an id', { status: 201, body: {} }, { kind: 'unknown', code: 'twilio-no-sid' }],
    ['a redirect', { status: 302, body: '', headers: { location: 'https://elsewhere.example' } }, { kind: 'unknown', code: 'http-302' }],
    ['nothing, and hangs up', null, { kind: 'unknown', code: 'twilio-econnreset' }],
  ])('reads %s, and asks once', async (_what, answer, expected) => {
    const { url, requests } = await serve(() => answer);
    expect(bare(await open(url).submit(text('id1'), { deadlineMs: 5000 }))).toEqual(expected);
    expect(requests).toHaveLength(1);
  });

  test('nothing listens there: not sent, worth another try', async () => {
    expect(bare(await open('http://127.0.0.1:1').submit(text('id1'), { deadlineMs: 5000 }))).toEqual({
      kind: 'not-sent',
      code: 'twilio-econnrefused',
      retry: true,
    });
  });

  test('a server that speaks no TLS: nothing of the text left', async () => {
    const { url, requests } = await serve(() => ({ status: 201, body: { sid: 'SM1' } }));
    expect(await open(url.replace('http:', 'https:')).submit(text('id1'), { deadlineMs: 5000 })).toMatchObject({
      kind: 'not-sent',
      retry: true,
    });
    expect(requests).toHaveLength(0);
  });
});

describe('looking for a text whose answer was lost', () => {
  async function phoneWith(ids: readonly string[]) {
    const phone = await startPhone({ httpPort: 0, ...account });
    closers.push(() => phone.close());
    const provider = open(phone.url, { publicUrl: 'http://127.0.0.1:1' });
    await fetch(`${phone.url}/chaos`, { method: 'PUT', body: JSON.stringify({ cutAfterAcceptShare: 1 }) });
    for (const id of ids) expect((await provider.submit(text(id), { deadlineMs: 5000 })).kind).toBe('unknown');
    return { phone, provider };
  }

  test('finds it by number, time and words', async () => {
    const { provider } = await phoneWith(['a', 'b']);
    const look = await provider.findMessage(text('a'), { sentAfterReal: Date.now() - 5000 });
    expect(look).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/^SM[0-9a-f]{32}$/) });
    expect(await provider.findMessage(text('b'), { sentAfterReal: Date.now() - 5000 })).not.toEqual(look);
  });

  test('knows one that is not there, or is older, or went to another', async () => {
    const { provider } = await phoneWith(['a']);
    expect(await provider.findMessage(text('c'), { sentAfterReal: Date.now() - 5000 })).toEqual({ kind: 'absent' });
    expect(await provider.findMessage(text('a'), { sentAfterReal: Date.now() + 3_600_000 })).toEqual({ kind: 'absent' });
    expect(await provider.findMessage(text('a', { to: '+447700900124' }), { sentAfterReal: Date.now() - 5000 })).toEqual({
      kind: 'absent',
    });
  });

  test('says so when Twilio cannot be asked', async () => {
    expect(await open('http://127.0.0.1:1').findMessage(text('a'), { sentAfterReal: 0 })).toEqual({ kind: 'unknown' });
  });
});
