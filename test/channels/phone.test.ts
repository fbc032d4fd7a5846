import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get as httpGet } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readSigned } from '../../src/channels/sms/providers/twilio-webhook.js';
import { type Phone, startPhone } from '../../src/embedded/phone/phone.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'test-token' };
const authorization = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`;
const path = `/2010-04-01/Accounts/${account.accountSid}/Messages`;

async function start(options: { dataDir?: string } = {}): Promise<Phone> {
  const phone = await startPhone({ httpPort: 0, ...account, ...options });
  closers.push(() => phone.close());
  return phone;
}

/** A service that takes signed webhooks; a webhook with a wrong signature is not counted. */
async function service(answer: (form: Record<string, unknown>, path: string) => { status?: number; body?: string } = () => ({})) {
  const taken: { path: string; form: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const signature = request.headers['x-twilio-signature'];
      const form = readSigned(
        { path: request.url ?? '', body, signature: String(signature) },
        { publicUrl: url, authTokens: [account.authToken] },
      );
      if (form) taken.push({ path: request.url ?? '', form: { ...form } });
      const { status = 200, body: reply = '' } = form ? answer({ ...form }, request.url ?? '') : { status: 403 };
      response.writeHead(status, { 'content-type': 'text/xml' }).end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closers.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return { url, taken, statuses: () => taken.map(({ form }) => form['MessageStatus']) };
}

async function post(phone: Phone, fields: Record<string, string>, headers: Record<string, string> = { authorization }) {
  const response = await fetch(`${phone.url}${path}.json`, { method: 'POST', headers, body: new URLSearchParams(fields) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const text = { To: '+447700900123', From: '+447700900000', Body: 'Hello' };
const get = async (phone: Phone, address: string) =>
  (await fetch(phone.url + address, { headers: { authorization } })).json() as Promise<Record<string, unknown>>;
const misbehave = (phone: Phone, chaos: Record<string, number>) =>
  fetch(`${phone.url}/chaos`, { method: 'PUT', body: JSON.stringify(chaos) });

test('takes a text in Twilio’s shape and tells its states by signed callbacks', async () => {
  const { url, taken, statuses } = await service();
  const phone = await start();
  const { status, body } = await post(phone, { ...text, StatusCallback: `${url}/status?message=m%2F1` });

  expect(status).toBe(201);
  expect(body).toMatchObject({
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
    status: 'queued',
    to: text.To,
    from: text.From,
    num_segments: '1',
    error_code: null,
    direction: 'outbound-api',
  });
  await vi.waitFor(() => expect(statuses()).toEqual(['sent', 'delivered']), 3000);
  expect(taken[0]).toMatchObject({
    path: '/status?message=m%2F1',
    form: { MessageSid: body['sid'], AccountSid: account.accountSid, To: text.To, From: text.From },
  });
  expect(await get(phone, `${path}/${String(body['sid'])}.json`)).toMatchObject({ status: 'delivered', sid: body['sid'] });
});

test.each([
  ['no login', text, {}, 401, 20003],
  ['a wrong login', text, { authorization: 'Basic eDp5' }, 401, 20003],
  ['no recipient', { ...text, To: '' }, { authorization }, 400, 21604],
  ['a recipient that is no number', { ...text, To: 'ada' }, { authorization }, 400, 21211],
  ['no sender', { ...text, From: '' }, { authorization }, 400, 21603],
  ['no words', { ...text, Body: '' }, { authorization }, 400, 21602],
  ['too many words', { ...text, Body: 'x'.repeat(1601) }, { authorization }, 400, 21617],
])('refuses %s as Twilio does', async (_what, fields, headers, status, code) => {
  const phone = await start();
  const answer = await post(phone, fields, headers as Record<string, string>);
  expect(answer).toEqual({
    status,
    body: { code, status, message: expect.any(String), more_info: `https://www.twilio.com/docs/errors/${code}` },
  });
});

test('tells a callback again until it is taken', async () => {
  let asked = 0;
  const { url, statuses } = await service(() => ({ status: (asked += 1) < 3 ? 500 : 204 }));
  const phone = await start();
  await post(phone, { ...text, StatusCallback: `${url}/status` });
  await vi.waitFor(() => expect(statuses()).toEqual(['sent', 'sent', 'sent', 'delivered']), 5000);
});

test('can lose, repeat and swap callbacks, and fail to deliver', async () => {
  const { url, statuses, taken } = await service();
  const phone = await start();
  const send = async (chaos: Record<string, number>, count: number) => {
    taken.length = 0;
    await misbehave(phone, chaos);
    await post(phone, { ...text, StatusCallback: `${url}/status` });
    await vi.waitFor(() => expect(taken).toHaveLength(count), 3000);
    return statuses();
  };
  expect(await send({ repeatedCallbackShare: 1 }, 4)).toEqual(['sent', 'sent', 'delivered', 'delivered']);
  expect(await send({ disorderedCallbackShare: 1 }, 2)).toEqual(['delivered', 'sent']);
  expect(await send({ undeliveredShare: 1 }, 2)).toEqual(['sent', 'undelivered']);
  expect(taken[1]?.form['ErrorCode']).toBe('30003');
});

test('keeps its texts over a restart, and tells what nobody took before', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sojourn-test-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  let isUp = false;
  const { url, taken } = await service(() => ({ status: isUp ? 200 : 503 }));
  const first = await start({ dataDir });
  const { body } = await post(first, { ...text, StatusCallback: `${url}/status` });
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(0), 3000);
  await first.close();

  isUp = true;
  taken.length = 0;
  const second = await start({ dataDir });
  await vi.waitFor(() => expect(taken.map(({ form }) => form['MessageStatus'])).toEqual(['sent', 'delivered']), 3000);
  await vi.waitFor(async () =>
    expect(await get(second, `${path}/${String(body['sid'])}.json`)).toMatchObject({ status: 'delivered', body: 'Hello' }),
  );
});

test('lists texts by number, page by page', async () => {
  const phone = await start();
  for (const To of ['+447700900123', '+447700900124', '+447700900123']) await post(phone, { ...text, To });
  const first = await get(phone, `${path}.json?To=%2B447700900123&PageSize=1`);
  expect(first).toMatchObject({ messages: [{ to: '+447700900123' }], page: 0, page_size: 1 });
  const second = await get(phone, String(first['next_page_uri']));
  expect(second).toMatchObject({ messages: [{ to: '+447700900123' }], next_page_uri: null });
});

test('delivers what a person writes, signed, and keeps the reply', async () => {
  const { url, taken } = await service(() => ({
    body: '<?xml version="1.0"?><Response><Message>You &amp; we: done &#8211; bye</Message></Response>',
  }));
  const phone = await start();
  phone.setInboundUrl(`${url}/inbound`);
  await post(phone, text);
  const response = await fetch(`${phone.url}/inbound`, { method: 'POST', body: JSON.stringify({ from: text.To, body: 'Stop 🛑' }) });

  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({
    direction: 'inbound',
    status: 'received',
    webhook_status: 200,
    replies: [{ body: 'You & we: done – bye', to: text.To, from: text.From }],
  });
  expect(taken).toMatchObject([{ path: '/inbound', form: { Body: 'Stop 🛑', From: text.To, To: text.From, NumMedia: '0' } }]);
});

test('signs for the public address, and calls where the listener of it is', async () => {
  const { url, taken } = await service();
  const phone = await start();
  // The service knows itself by `url` alone; a name that is nobody's stands for a proxy that is not there.
  const elsewhere = url.replace('127.0.0.1', 'localhost');
  phone.setInboundUrl(`${url}/inbound?a=1`, elsewhere);
  const response = await fetch(`${phone.url}/inbound`, {
    method: 'POST',
    body: JSON.stringify({ from: text.To, to: text.From, body: 'hi' }),
  });
  expect(response.status).toBe(201);
  expect(taken).toMatchObject([{ path: '/inbound?a=1', form: { Body: 'hi' } }]);
});

test('answers to its name among the processes of a trial, and to no other', async () => {
  const phone = await startPhone({ httpPort: 0, ...account, knownAs: 'mailbox-and-phone' });
  closers.push(() => phone.close());
  const asked = (host: string) =>
    new Promise<number>((resolve, reject) => {
      const { port } = new URL(phone.url);
      httpGet({ port, host: '127.0.0.1', path: '/', headers: { host } }, (answer) => resolve(answer.resume().statusCode ?? 0)).once(
        'error',
        reject,
      );
    });
  expect(await asked('mailbox-and-phone:4027')).toBe(200);
  expect(await asked('evil.example')).toBe(403);
});

test('says so when the service does not take what a person writes', async () => {
  const phone = await start();
  expect(
    (
      await fetch(`${phone.url}/inbound`, {
        method: 'POST',
        body: JSON.stringify({ from: '+447700900123', to: '+447700900000', body: 'STOP' }),
      })
    ).status,
  ).toBe(502);
  expect((await fetch(`${phone.url}/inbound`, { method: 'POST', body: JSON.stringify({ from: 'ada', body: 'STOP' }) })).status).toBe(400);
});

test('takes no form from a page of another site, and shows texts without running them', async () => {
  const phone = await start();
  const foreign = await fetch(`${phone.url}/inbound`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: new URLSearchParams({ from: text.To, to: text.From, body: 'STOP' }),
  });
  expect(foreign.status).toBe(403);
  await post(phone, { ...text, Body: '<script>alert(1)</script>' });
  const html = await (await fetch(`${phone.url}/`)).text();
  expect(html).toContain('&#60;script&#62;alert(1)');
  expect(html).not.toContain('<script');
});
