import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mailboxIds } from '../../examples/arrived.js';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { makeProject, quickCart } from '../support/project.js';
import { type Call, sendBatch } from '../support/shop-client.js';
import { eventually, mailsTo, type SeenMessage } from '../support/watching.js';

const people = Array.from({ length: 40 }, (_, n) => `reader-${n}`);

let project: string;
let dataFolder: string;
let instance: ChildInstance;
const start = () => startChild(dataFolder, { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn' }, (line) => console.log(line));

beforeAll(async () => {
  project = await makeProject({ 'quick-cart': quickCart({ idle: 4, wait: 6 }) });
  dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  instance = await start();
  const consent = { channel: 'email', topic: 'newsletter', method: 'form', source: 'test', text: 'yes' };
  const calls = people.flatMap((userId): readonly Call[] => [
    { type: 'identify', userId, traits: { email: `${userId}@example.test` } },
    { type: 'track', userId, event: 'Consent Granted', properties: consent },
  ]);
  await sendBatch(instance, calls);
});

afterAll(async () => {
  await instance?.stop();
  await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
});

async function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${instance.running.apiUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${instance.running.apiKey}`, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, Record<string, unknown>> };
}

test('a receipt that is asked for five times at once arrives once, without a way to unsubscribe from it', async () => {
  const receipt = {
    to: { userId: 'reader-0' },
    template: 'order-shipped',
    data: {
      order: { number: 'W-7', lines: [{ name: 'Tea cosy', quantity: 2 }] },
      parcel: { carrier: 'Royal Mail', trackingUrl: 'https://tracking.example/7' },
    },
  };
  const answers = await Promise.all(Array.from({ length: 5 }, () => post('/v1/messages', receipt, { 'idempotency-key': 'shipped-W-7' })));
  expect(answers.map(({ status, body }) => [status, body['verdict']?.['decision']])).toEqual(answers.map(() => [202, 'send']));
  const [first] = answers as unknown as readonly [{ readonly body: { readonly message: { readonly id: string } } }];
  const { id } = first.body.message;

  await eventually('the receipt to be sent', async () => {
    const { state } = await instance.get<SeenMessage>(`/v1/messages/${id}`);
    return state === 'accepted' || state === 'delivered';
  });
  const mails = await mailsTo(instance, 'reader-0@example.test');
  expect(mails.map(({ Subject }) => Subject)).toEqual(['Order W-7 is on its way']);
  expect(mails[0]?.Text).toContain('Tea cosy');
  expect(mails[0]?.ListUnsubscribe.Header ?? '').toBe('');
});

test('a broadcast whose process is killed in the middle reaches everyone once', async () => {
  const letter = {
    subject: 'Snow',
    headline: 'Snow',
    paragraphs: ['It has snowed.'],
    link: { words: 'Read on', url: 'https://willow-and-wren.example/journal' },
  };
  const { status, body } = await post('/v1/broadcasts', {
    name: 'Snow',
    template: 'newsletter',
    to: { userIds: [...people, 'nobody'] },
    data: letter,
    over: 'PT40S',
  });
  expect({ status, body }).toMatchObject({ status: 201, body: { total: people.length, unknown: { ids: ['nobody'] } } });
  const { id } = body as unknown as { readonly id: string };
  const path = `/v1/broadcasts/${id}`;
  const progress = async () => instance.get<{ state: string; enrolled: number; progress: { sent: number; waiting: number } }>(path);
  await eventually('the first letters to be sent', async () => (await progress()).progress.sent >= 3);
  expect((await progress()).enrolled).toBeLessThan(people.length);
  await instance.kill();
  instance = await start();

  const ended = await eventually('the end of the broadcast', async () => {
    const now = await progress();
    return now.state === 'finished' ? now : null;
  });
  expect(ended.progress).toMatchObject({ sent: people.length, waiting: 0 });
  const messages = (await instance.all<SeenMessage>('/v1/messages?origin=broadcast')).map(({ id }) => id);
  expect(new Set(messages).size).toBe(people.length);
  expect((await mailboxIds(instance)).filter((id) => messages.includes(id)).toSorted()).toEqual(messages.toSorted());
});
