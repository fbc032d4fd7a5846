import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { makeProject, quickCart } from '../support/project.js';
import { addsToCart, type Call, fillsCart, openZone, orders, sendBatch } from '../support/shop-client.js';
import {
  cli,
  entryOf,
  entryThat,
  eventually,
  isArmed,
  isFinished,
  isWaiting,
  mailsTo,
  messagesOf,
  profileOf,
  type SeenEntry,
  textsTo,
} from '../support/watching.js';

const idle = 4;
const wait = 6;

let project: string;
let dataFolder: string;
let instance: ChildInstance;

beforeAll(async () => {
  project = await makeProject({ 'quick-cart': quickCart({ idle, wait }) });
  dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  instance = await startChild(dataFolder, { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn' }, (line) => console.log(line));
});

afterAll(async () => {
  await instance?.stop();
  await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true })));
});

describe('an order 200 ms before the timer', () => {
  test('keeps the first reminder back', async () => {
    const { entry, userId } = await orderJustBefore('before-first', isArmed);

    expect([entry.outcome, entry.reason]).toEqual(['not-entered', 'ordered']);
    expect(await mailsTo(instance, `${userId}@example.test`)).toEqual([]);
  });

  test('ends the series before the second reminder, as converted', async () => {
    const { entry, userId } = await orderJustBefore('before-second', isWaiting);

    expect(entry.outcome).toBe('converted');
    expect(await mailsTo(instance, `${userId}@example.test`)).toHaveLength(1);
    expect([...(await messagesOf(instance, entry.id)).keys()]).toEqual(['first']);
  });
});

// People who have nothing to do with each other: they may as well come at once.
describe.concurrent('a person who left a cart', () => {
  test('hears nothing more once somebody ordered the same cart under another address', async () => {
    await sendBatch(instance, [...fillsCart(10), ...fillsCart(11)]);
    const ordersTheCartOf = (index: number): readonly Call[] => [
      { type: 'identify', userId: `spouse-${index}`, traits: { email: `spouse-${index}@example.test` } },
      { ...orders(index), userId: `spouse-${index}` },
    ];
    await sendBatch(instance, ordersTheCartOf(10));
    const early = await entryThat(instance, 'person-10', 'has ended', isFinished);
    expect([early.outcome, early.reason]).toEqual(['not-entered', 'ordered']);

    await entryThat(instance, 'person-11', 'waits for the second reminder', isWaiting);
    await sendBatch(instance, ordersTheCartOf(11));
    const late = await entryThat(instance, 'person-11', 'has ended', isFinished);
    expect(late.outcome).toBe('converted');

    expect(await mailsTo(instance, 'person-10@example.test')).toEqual([]);
    expect(await mailsTo(instance, 'person-11@example.test')).toHaveLength(1);
    expect(await textsTo(instance, '+447700900011')).toEqual([]);
    expect(await entryOf(instance, 'spouse-11')).toBeNull();
  });

  test('gets both emails and the text of the series, sent by the shop’s ordinary event client', async () => {
    const userId = 'segment-user';
    const address = 'ada@example.test';
    const analytics = new Analytics({ writeKey: instance.running.writeKey ?? '', host: instance.publicUrl, maxRetries: 3 });
    analytics.identify({ userId, traits: { email: address, phone: '+447700900020', firstName: 'Ada', timezone: openZone() } });
    for (const [channel, topic] of [
      ['email', 'marketing'],
      ['sms', 'cart_reminder'],
    ]) {
      analytics.track({ userId, event: 'Consent Granted', properties: { channel, topic, method: 'form', source: 'test', text: 'yes' } });
    }
    const line = { cart_id: 'segment-cart', currency: 'GBP', quantity: 1 };
    analytics.track({ userId, event: 'Product Added', properties: { ...line, product_id: 'm1', name: 'Blue Mug & Saucer', price: 15 } });
    analytics.track({ userId, event: 'Product Added', properties: { ...line, product_id: 't1', name: 'Tea Towel', price: 9.5 } });
    await analytics.closeAndFlush();

    const entry = await entryThat(instance, userId, 'has ended', isFinished);
    expect(entry.outcome).toBe('completed');
    const mails = await mailsTo(instance, address);
    expect(mails.map(({ Subject }) => Subject)).toEqual(['Ada, your basket is waiting', expect.stringContaining('Still thinking about')]);

    const [first] = mails;
    if (first === undefined) throw new Error('There is no first mail.');
    expect(first.ListUnsubscribe.HeaderPost).toBe('List-Unsubscribe=One-Click');
    expect(first.ListUnsubscribe.Links.some((link) => link.startsWith(`${instance.publicUrl}/u/`))).toBe(true);
    for (const part of [first.Text, first.HTML]) {
      expect(part).toContain('Tea Towel');
      expect(part).toContain('£24.50');
      expect(part).toContain('12 Orchard Lane');
    }
    expect(first.Text).toContain('Blue Mug & Saucer');
    expect(first.HTML).toContain('Blue Mug &amp; Saucer');
    // Nobody but the shop's own images learns that a mail was opened.
    expect(first.HTML).not.toMatch(/<link|@import|<script/);

    const link = new RegExp(`${instance.publicUrl}/c/[\\w.-]+`).exec(first.Text)?.[0] ?? '';
    const restored = await fetch(link, { redirect: 'manual' });
    expect([restored.status, restored.headers.get('location')]).toEqual([302, 'https://willow-and-wren.example/cart/segment-cart']);

    const texts = await textsTo(instance, '+447700900020');
    expect(texts.map(({ direction }) => direction)).toEqual(['outbound-api']);
    expect(texts[0]?.body).toContain('STOP');
  });

  test('is told about by entry, messages, event and report, in the same words through the API and the command line', async () => {
    await sendBatch(instance, fillsCart(30));
    const { id } = await entryThat(instance, 'person-30', 'has ended', isFinished);

    const story = await instance.get<{
      trace: readonly { step: string | null; kind: string; text: string }[];
      messages: readonly { id: string; step: string; state: string }[];
      temporalUrl: string;
    }>(`/v1/entries/${id}`);
    expect(story.messages.map(({ step }) => step).sort()).toEqual(['first', 'second', 'text']);
    expect(new Set(story.trace.map(({ step }) => step))).toEqual(new Set([null, 'first', 'pause', 'second', 'text']));
    expect((await fetch(story.temporalUrl)).status).toBe(200);
    const told = await cli(instance, 'entry', 'show', id);
    for (const { text } of story.trace) expect(told).toContain(text.slice(0, 30));

    // Signed callbacks bring the receipts, a moment after the text.
    const textId = (await messagesOf(instance, id)).get('text')?.id ?? '';
    const text = await eventually('the receipt of the text', async () => {
      const message = await instance.get<{ state: string; receipts: readonly { status: string }[] }>(`/v1/messages/${textId}`);
      return message.state === 'delivered' ? message : null;
    });
    expect(text.receipts.map(({ status }) => status)).toContain('delivered');

    const profileId = await profileOf(instance, 'person-30');
    const events = await instance.all<{ messageId: string; name: string | null }>(`/v1/events?profileId=${profileId}`);
    const added = events.find(({ name }) => name === 'Product Added')?.messageId ?? '';
    expect(await cli(instance, 'event', 'show', added)).toMatch(/cart\.updated[\s\S]*quick-cart/i);

    const report = await instance.get<{ met: number; entered: number; steps: readonly { step: string; sent: number }[] }>(
      '/v1/journeys/quick-cart/report',
    );
    expect(report.met).toBeGreaterThanOrEqual(report.entered);
    expect(report.steps.map(({ step, sent }) => [step, sent > 0])).toEqual([
      ['first', true],
      ['second', true],
      ['text', true],
    ]);
    expect(await cli(instance, 'journey', 'report', 'quick-cart')).toContain('second');
  });

  test('gets no second email after one click in the mail program, and the ledger says no-consent', async () => {
    await sendBatch(instance, fillsCart(40));
    await entryThat(instance, 'person-40', 'waits for the second reminder', isWaiting);
    const [first] = await mailsTo(instance, 'person-40@example.test');
    const oneClick = /<(https?:[^>]+)>/.exec(first?.ListUnsubscribe.Header ?? '')?.[1] ?? '';

    const clicked = await fetch(oneClick, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
      redirect: 'manual',
    });
    expect(clicked.status).toBe(200);

    const { id } = await entryThat(instance, 'person-40', 'has ended', isFinished);
    expect(await mailsTo(instance, 'person-40@example.test')).toHaveLength(1);
    const second = (await messagesOf(instance, id)).get('second');
    expect([second?.state, second?.reason]).toEqual(['skipped', 'no-consent']);
    expect(await cli(instance, 'message', 'why', second?.id ?? '')).toMatch(/consent/i);
    const told = JSON.parse(await cli(instance, '--json', 'message', 'why', second?.id ?? '')) as { reason: string };
    expect(told.reason).toBe('no-consent');
  });

  test('is confirmed a STOP once, gets no text after it, and emails as before', async () => {
    const phone = '+447700900050';
    await sendBatch(instance, fillsCart(50));
    await entryThat(instance, 'person-50', 'waits for the second reminder', isWaiting);
    for (const body of ['Stop', 'STOP']) await writes(phone, body);
    const confirmations = (await textsTo(instance, phone)).filter(({ direction }) => direction === 'outbound-reply');
    expect(confirmations).toHaveLength(1);
    const profileId = await profileOf(instance, 'person-50');
    const { now } = await instance.get<{ now: readonly { channel: string; topic: string; granted: boolean }[] }>(
      `/v1/profiles/${profileId}/consents`,
    );
    expect(now).toContainEqual(expect.objectContaining({ channel: 'sms', topic: 'cart_reminder', granted: false }));
    expect(now).toContainEqual(expect.objectContaining({ channel: 'email', topic: 'marketing', granted: true }));

    const { id: stopped } = await entryThat(instance, 'person-50', 'has ended', isFinished);
    expect(await endsOf(stopped)).toEqual({ first: 'sent', second: 'sent', text: 'no-consent' });

    await sendBatch(instance, [addsToCart(50)]);
    await entryThat(instance, 'person-50', 'is armed anew', isArmed);
    const { id: anew } = await entryThat(instance, 'person-50', 'has ended again', isFinished);
    // The third message of the day is the last: more than three no policy may allow.
    expect(await endsOf(anew)).toEqual({ first: 'sent', second: 'frequency-cap', text: 'no-consent' });
    expect(await textsTo(instance, phone)).toEqual(confirmations);
    expect(await mailsTo(instance, 'person-50@example.test')).toHaveLength(3);
  });
});

test('who waits stays on the version that was live when the series began', async () => {
  await sendBatch(instance, fillsCart(60));
  await entryThat(instance, 'person-60', 'waits for the second reminder', isWaiting);
  const published = await instance.post<{ version: number; published: boolean }>('/v1/journeys/quick-cart/versions', {
    source: quickCart({ idle, wait }).replace(/ {2}- send: \{ id: second[^\n]*\n/, ''),
    note: 'without the second email',
  });
  expect(published).toMatchObject({ version: 2, published: true });
  await sendBatch(instance, fillsCart(61));

  const before = await entryThat(instance, 'person-60', 'has ended', isFinished);
  const after = await entryThat(instance, 'person-61', 'has ended', isFinished);
  expect([before.version, after.version]).toEqual([1, 2]);
  expect([...(await messagesOf(instance, before.id)).keys()].sort()).toEqual(['first', 'second', 'text']);
  expect([...(await messagesOf(instance, after.id)).keys()].sort()).toEqual(['first', 'text']);
});

let people = 100;

/**
 * Orders 200 ms before the entry's next due instant. On a busy machine an order may be taken later than that; such a try says nothing, and
 * another person tries.
 */
async function orderJustBefore(name: string, when: (entry: SeenEntry) => boolean) {
  for (let tries = 0; tries < 8; tries += 1) {
    const index = ++people;
    const userId = `person-${index}`;
    await sendBatch(instance, fillsCart(index));
    const { id, dueAt } = await entryThat(instance, userId, name, when);
    const due = Date.parse(dueAt ?? '');
    await sleep(Math.max(0, due - 200 - Date.now()));
    await sendBatch(instance, [orders(index)]);
    const inTime = Date.now() < due;
    const entry = await entryThat(instance, userId, 'has ended', (one) => one.id === id && isFinished(one));
    if (inTime) return { entry, userId };
  }
  throw new Error('The machine is too busy to take an order within 200 ms.');
}

/** What became of each message of an entry, by its step: sent, or why it was not. */
async function endsOf(entryId: string): Promise<Readonly<Record<string, string | null>>> {
  const messages = [...(await messagesOf(instance, entryId))];
  return Object.fromEntries(messages.map(([step, { state, reason }]) => [step, state === 'skipped' ? reason : 'sent']));
}

/** A person writes a text to the number of the shop. */
async function writes(from: string, body: string): Promise<void> {
  const response = await fetch(`${instance.running.phoneUrl}/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from, to: '+447700900000', body }),
  });
  expect(response.status).toBe(201);
}
