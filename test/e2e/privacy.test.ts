import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { type Canary, decodedPayloads, type Leak, leaksIn } from '../support/canaries.js';
import { makeProject, quickCart } from '../support/project.js';
import { recordedHistories } from '../support/recorded-histories.js';
import { type Call, chaos, openZone, sendBatch } from '../support/shop-client.js';
import { entryThat, eventually, isFinished, mailsTo, messagesOf, profileOf, type SeenEntry, textsTo } from '../support/watching.js';

const email = 'Kanari.Zeisig+korb@canary-mail.example';
const rejected = 'stieglitz@canary-mail.example';
const phone = '+447700900871';
const firstName = 'Quetzalína';
const order = 'ORD-KANARI-93571';
const coupon = 'ZEISIG-MINUS-10';
const cart = 'CART-KANARI-48213';
const answer = 'Wiedehopf-Geschmack';
const ticket = 'Girlitz kam zerbrochen an';
const review = 'Gimpel sagt: zu spät';

const planted = { email, rejected, phone, firstName, order, coupon, cart, answer, ticket, review };
const canaries: readonly Canary[] = Object.entries(planted).map(([name, value]) => ({ name, value }));

let project: string;
let dataFolder: string;
let instance: ChildInstance;
let orderLookup: Server;
/** What the shop was asked for orders with: addresses and bodies. */
const asked: string[] = [];
const log: string[] = [];
const answers: { readonly what: string; readonly status: number; readonly body: string }[] = [];

beforeAll(async () => {
  // A shop whose look-up fails at first: its address, with all that it asks, must stay out of the log.
  orderLookup = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.url} ${body}`);
      response.writeHead(asked.length <= 2 ? 500 : 200, { 'content-type': 'application/json' });
      response.end(asked.length <= 2 ? `no answer for ${email}` : '{"orders":[]}');
    });
  });
  await new Promise<void>((resolve) => orderLookup.listen(0, '127.0.0.1', resolve));
  const address = orderLookup.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  project = await makeProject({ 'quick-cart': quickCart({ idle: 240, wait: 240 }) });
  dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  instance = await startChild(
    dataFolder,
    {
      SOJOURN_PROJECT: project,
      SOJOURN_LOG_LEVEL: 'debug',
      SOJOURN_CLOCK_RATE: '60',
      ORDER_LOOKUP_URL: `http://127.0.0.1:${port}/orders`,
    },
    (line) => log.push(line),
  );
  await live();
});

afterAll(async () => {
  await instance?.stop();
  await new Promise((resolve) => orderLookup.close(resolve));
  await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
});

/** People live their days with everything that goes wrong in them. */
async function live(): Promise<void> {
  await chaos(instance.running.mailboxUrl, { rejectShare: 1, rejectCode: 451 });
  await sendBatch(instance, person(email, email, { firstName, phone, coupon, address: { street: `${firstName} Street` } }));
  await sendBatch(instance, says(email));
  await sendBatch(instance, [fills(email, cart)]);
  const first = await entryThat(instance, email, 'is with its first email', ({ state }) => state === 'open');
  await eventually('an email that the provider puts off', async () => {
    const message = (await messagesOf(instance, first.id)).get('first');
    const story = message && (await instance.get<{ attemptsMade: readonly unknown[] }>(`/v1/messages/${message.id}`));
    return (story?.attemptsMade.length ?? 0) > 0;
  });
  await chaos(instance.running.mailboxUrl, {});
  await entryThat(instance, email, 'has ended', isFinished);
  await textOf(phone, `This is ${firstName}, ${email}: where is ${order}?`);
  await textOf(phone, 'STOP');

  // A number that is suppressed, and an address that is refused for good.
  await sendBatch(instance, person('stieglitz', rejected, { firstName, phone }));
  await chaos(instance.running.mailboxUrl, { rejectShare: 1, rejectCode: 550 });
  await sendBatch(instance, [fills('stieglitz', `${cart}-2`)]);
  await entryThat(instance, 'stieglitz', 'has ended', isFinished);
  await chaos(instance.running.mailboxUrl, {});

  await sendBatch(instance, [fills(email, `${cart}-3`)]);
  await sendBatch(instance, [
    {
      type: 'track',
      userId: email,
      event: 'Order Completed',
      properties: { cart_id: `${cart}-3`, order_id: order, coupon, total: 30, email },
    },
  ]);
  await entryThat(instance, email, 'ends by the order', ({ reason }) => reason === 'ordered');
  await askWrongly();
  await instance.post(`/v1/profiles/${await profileOf(instance, email)}/consents`, {
    channel: 'email',
    state: 'denied',
    method: 'phone-call',
    source: `${firstName} called`,
    text: `${firstName} said so`,
  });
  const erased = await call('erase', 'DELETE', `/v1/profiles/${await profileOf(instance, 'stieglitz')}`);
  expect(erased.status).toBe(200);
}

function person(userId: string, address: string, traits: Readonly<Record<string, unknown>>): readonly Call[] {
  const consent = { method: 'form', source: `form of ${address}`, text: `${firstName} agrees` };
  return [
    { type: 'identify', userId, traits: { ...traits, email: address, timezone: openZone() } },
    { type: 'track', userId, event: 'Consent Granted', properties: { channel: 'email', ...consent } },
    { type: 'track', userId, event: 'Consent Granted', properties: { channel: 'sms', topic: 'cart_reminder', ...consent } },
  ];
}

/** What people tell beside what they buy. */
function says(userId: string): readonly Call[] {
  const told = (event: string, properties: Readonly<Record<string, unknown>>): Call => ({ type: 'track', userId, event, properties });
  return [
    told('Question Answered', { answers: { taste: answer }, quiz: 'gift-finder' }),
    told('Ticket Opened', { ticket_id: 't-7', order_id: order, subject: ticket }),
    told('Feedback Submitted', { order_id: order, rating: 2, comment: review }),
    told('Product Reviewed', { product_id: 'p1', rating: 4, review_body: review }),
    told('Product Viewed', { product_id: 'p1', coupon }),
  ];
}

function fills(userId: string, token: string): Call {
  const product = { product_id: 'p1', name: 'Mug', quantity: 2, price: 15, currency: 'GBP' };
  return { type: 'track', userId, event: 'Product Added', properties: { cart_id: token, coupon, customer: firstName, ...product } };
}

async function textOf(from: string, body: string): Promise<void> {
  const response = await fetch(`${instance.running.phoneUrl}/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from, to: '', body }),
  });
  expect(response.status).toBe(201);
}

/** Requests that are refused, with personal data wherever a clumsy client puts it. */
async function askWrongly(): Promise<void> {
  const traits = { email, phone, firstName, coupon };
  const about = encodeURIComponent(email);
  const events: readonly (readonly [string, string, unknown])[] = [
    ['no identity', '/v1/identify', { traits }],
    [
      'a date that is none',
      '/v1/track',
      { userId: email, event: 'Order Completed', timestamp: firstName, properties: { order_id: order } },
    ],
    ['a name that is none', '/v1/track', { userId: email, event: { name: order }, properties: traits }],
    ['an unknown type', '/v1/batch', { batch: [{ type: firstName, userId: email, traits }, { type: 'track', userId: email }, email] }],
    ['no batch', '/v1/batch', { batch: email }],
    ['a track of nobody', '/v1/track', { event: order, properties: traits }],
    ['a page of nobody', '/v1/page', { name: firstName, properties: traits }],
    ['a yes on no channel', '/v1/track', { userId: email, event: 'Consent Granted', properties: { channel: email, method: firstName } }],
    ['an alias of nothing', '/v1/alias', { userId: email, traits }],
    [
      'a cart of a strange shape',
      '/v1/track',
      { userId: email, event: 'Cart Viewed', properties: { cart_id: cart, products: firstName, value: phone } },
    ],
  ];
  for (const [what, path, body] of events) await call(what, 'POST', path, { body, key: 'write' });
  await call('no JSON', 'POST', '/v1/batch', { body: `{"email":"${email}","phone":"${phone}`, key: 'write' });
  await call('a wrong key', 'POST', '/v1/track', { body: { writeKey: email, userId: email, event: order }, key: 'none' });

  for (const noun of ['profiles', 'entries', 'messages', 'events', 'journeys', 'nothing'])
    await call(`no such ${noun}`, 'GET', `/v1/${noun}/${about}`);
  await call('no such event', 'GET', `/v1/events/${order}`);
  await call('no such profile', 'GET', `/v1/profiles/${encodeURIComponent(phone)}`);
  await call('two ids', 'GET', `/v1/profiles?userId=${about}&anonymousId=${about}`);
  await call('a state that is none', 'GET', `/v1/entries?state=${about}`);
  await call('a cursor that is none', 'GET', `/v1/entries?cursor=${about}`);
  await call('consent that is none', 'POST', `/v1/profiles/${await profileOf(instance, email)}/consents`, {
    body: { channel: email, text: firstName },
  });
  await call('a test to a customer', 'POST', '/v1/templates/cart-reminder-1/test-sends', { body: { to: email } });
  await call('an unknown API key', 'GET', '/v1/entries', { key: email });
  for (const page of ['u', 'p', 'c']) await call(`a forged link /${page}`, 'GET', `/${page}/${about}`);
  await call('an unsigned text', 'POST', '/webhooks/twilio/inbound', {
    body: `From=${encodeURIComponent(phone)}&Body=${firstName}`,
    key: 'none',
  });
  await call('a callback for nothing', 'POST', `/webhooks/twilio/status?message=${about}`, {
    body: `To=${encodeURIComponent(phone)}`,
    key: 'none',
  });
  for (const { id } of await instance.all<{ id: string }>('/v1/dead-letters'))
    await call('a retry', 'POST', `/v1/dead-letters/${id}/retry`, { body: {} });
}

async function call(what: string, method: string, path: string, options: { readonly body?: unknown; readonly key?: string } = {}) {
  const { apiKey, writeKey, apiUrl } = instance.running;
  const { body, key = 'api' } = options;
  const authorization =
    key === 'write'
      ? `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
      : key === 'none'
        ? null
        : `Bearer ${key === 'api' ? apiKey : key}`;
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  answers.push({ what: `${what}: ${method} ${response.status}`, status: response.status, body: await response.text() });
  return response;
}

test('what is planted arrives where it belongs, and the scan would find it anywhere else', async () => {
  const [first] = await mailsTo(instance, email.toLowerCase());
  expect(leaksIn('mail', first?.Subject ?? '', canaries).map(({ canary }) => canary)).toContain('firstName');
  expect(await mailsTo(instance, rejected)).toEqual([]);
  expect((await textsTo(instance, phone)).length).toBeGreaterThan(0);
  expect(asked.flatMap((url) => leaksIn('look-up', url, canaries)).map(({ canary }) => canary)).toContain('email');
  const told = await instance.get<unknown>(`/v1/profiles/${await profileOf(instance, email)}/answers`);
  expect(leaksIn('answers', JSON.stringify(told), canaries).map(({ canary }) => canary)).toEqual(['answer']);
  const reasons = new Set((await instance.all<{ reason: string | null }>('/v1/messages')).map(({ reason }) => reason));
  expect([...reasons]).toEqual(expect.arrayContaining(['suppressed', 'provider-rejected']));
  // Before one of the two was erased, who shared the number.
  expect(answers.filter(({ what }) => what.startsWith('a retry')).length).toBeGreaterThan(5);

  const phoneForms = [phone, '447700900871', '07700 900871', encodeURIComponent(phone), Buffer.from(`x${phone}`).toString('base64')];
  expect(phoneForms.map((text) => leaksIn('here', `..${text}..`, canaries).length > 0)).toEqual([true, true, false, true, true]);
  expect(leaksIn('here', '{"n":"quetzal\\u00edna"}', canaries).map(({ form }) => form)).toEqual(['json']);
});

describe('personal data is in', () => {
  test('no workflow history, id, search attribute or memo', async () => {
    const { temporalAddress, temporalNamespace } = instance.running;
    const connection = await Connection.connect({ address: temporalAddress ?? '' });
    try {
      const { workflow } = new Client({ connection, namespace: temporalNamespace ?? '' });
      const entries = await instance.all<SeenEntry>('/v1/entries');
      const listed = await eventually('all runs in the list of workflows', async () => {
        const all = [];
        for await (const run of workflow.list()) all.push(run);
        return all.length >= entries.length ? all : null;
      });
      expect(listed.length).toBeGreaterThanOrEqual(3);
      for (const { workflowId, runId, memo, searchAttributes, typedSearchAttributes } of listed) {
        const about = JSON.stringify({ workflowId, memo, searchAttributes, typed: typedSearchAttributes.getAll() });
        const history = historyToJSON(await workflow.getHandle(workflowId, runId).fetchHistory());
        expect(history).toContain('"eventType"');
        expectNoLeak(leaksIn(workflowId, [about, history, decodedPayloads(history)].join('\n'), canaries));
      }
    } finally {
      await connection.close();
    }
  });

  test('no file of Temporal, its database and its log among them', async () => {
    const folder = join(dataFolder, 'temporal');
    const files = await readdir(folder);
    expect(files).toContain('temporal.db');
    for (const file of files) expectNoLeak(leaksIn(file, await readFile(join(folder, file), 'latin1'), canaries));
  });

  test('no line of the log, at level debug', () => {
    expect(log.length).toBeGreaterThan(5);
    expectNoLeak(leaksIn('log', log.join('\n'), canaries));
  });

  test('no metric', async () => {
    const metrics = await (await fetch(`${instance.running.apiUrl}/metrics`)).text();
    expect(metrics).toContain('sojourn_verdicts_total');
    expectNoLeak(leaksIn('metrics', metrics, canaries));
  });

  test('no refusal and no page for a stranger', () => {
    const refused = answers.filter(({ status }) => status >= 400);
    expect(refused.length).toBeGreaterThan(20);
    expectNoLeak(answers.flatMap(({ what, body }) => leaksIn(what, body, canaries)));
  });

  test('no recorded history', async () => {
    const histories = await recordedHistories();
    expect(histories.length).toBeGreaterThan(5);
    for (const { name, json } of histories) {
      const text = `${JSON.stringify(json)}\n${decodedPayloads(JSON.stringify(json))}`;
      expect([name, /[\w.+-]+@[\w-]+\.[a-z]{2,}/i.exec(text)?.[0] ?? null, /\+\d{8,15}/.exec(text)?.[0] ?? null]).toEqual([
        name,
        null,
        null,
      ]);
    }
  });
});

function expectNoLeak(leaks: readonly Leak[]): void {
  expect(leaks.map(({ place, canary, form, excerpt }) => `${place}: ${canary} as ${form}: …${excerpt}…`)).toEqual([]);
}
