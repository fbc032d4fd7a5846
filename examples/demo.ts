import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Analytics } from '@segment/analytics-node';
import Table from 'cli-table3';
import { type ChildInstance, packageFolder, startChild } from './instance.js';
import { mailboxIds, phoneSids } from './arrived.js';
import { type ShopCall, shopDays } from './shop-day.js';

/**
 * `npm run demo [-- --json] [-- --keep]`: plays two real days of a shop, and the days that its journeys run after them, through a real instance
 * with a sped-up clock, and exits 0 only if the store, the mailbox and the phone agree message by message.
 */
const rate = 1500;
const batchSize = 15;
const startsAt = Date.UTC(2010, 11, 1, 8);
const journeyId = 'abandoned-cart';
const asJson = process.argv.includes('--json');
const keep = process.argv.includes('--keep');

interface Report {
  readonly met: number;
  readonly armedNow: number;
  readonly openNow: number;
  readonly entered: number;
  readonly notEntered: readonly { readonly reason: string; readonly count: number }[];
  readonly steps: readonly {
    readonly step: string;
    readonly channel: string;
    readonly sent: number;
    readonly delivered: number;
    readonly unknown: number;
    readonly skipped: readonly { readonly reason: string; readonly count: number }[];
  }[];
  readonly ended: readonly { readonly outcome: string; readonly reason: string; readonly count: number }[];
  readonly orders: readonly { readonly currency: string | null; readonly orders: number; readonly revenue: number }[];
}

interface Message {
  readonly id: string;
  readonly channel: 'email' | 'sms';
  readonly state: string;
  readonly providerId: string | null;
}

const dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-demo-'));
const began = performance.now();
tell('Starting Sojourn on free ports, with its clock at 1 December 2010 and 25 minutes a second …');
const instance = await startChild(
  dataFolder,
  { SOJOURN_CLOCK_RATE: String(rate), SOJOURN_CLOCK_START: new Date(startsAt).toISOString(), SOJOURN_LOG_LEVEL: 'warn' },
  (line) => process.stderr.write(`${line}\n`),
);
process.once('SIGINT', () => void finish(1));

const { calls, skippedLines } = shopDays(join(packageFolder(), 'examples', 'baskets'));
await play(instance, calls);
await untilQuiet(instance);
const report = await instance.get<Report>(`/v1/journeys/${journeyId}/report`);
const agreement = await compare(instance);
show(report, agreement);
await finish(agreement.problems.length === 0 ? 0 : 1);

/** Sends each call at its instant through the real client of Segment, several at once where they fall together. */
async function play(target: ChildInstance, shopCalls: readonly ShopCall[]): Promise<void> {
  const analytics = new Analytics({
    writeKey: target.running.writeKey ?? '',
    host: target.running.apiUrl,
    flushAt: batchSize,
    flushInterval: 60_000,
    maxRetries: 3,
  });
  const failures: string[] = [];
  analytics.on('error', (error) => failures.push(String(error.code)));
  const realStart = Date.now();
  const serviceStart = await target.now();
  const serviceNow = (): number => serviceStart + (Date.now() - realStart) * rate;
  let next = 0;
  const stamps = new Map<string, number>();
  while (next < shopCalls.length) {
    const due: ShopCall[] = [];
    for (let call = shopCalls[next]; call && call.at <= serviceNow(); call = shopCalls[next]) {
      due.push(call);
      next += 1;
    }
    // One request after another: two under way at once could overtake each other, and an order would come before its cart.
    for (let start = 0; start < due.length; start += batchSize) {
      let latest = 0;
      for (const call of due.slice(start, start + batchSize)) {
        // When it happened in the shop; a person's own at least a millisecond apart, so that what came first also happened first.
        const who = call.userId ?? call.anonymousId ?? '';
        const stamp = Math.max((stamps.get(who) ?? 0) + 1, Math.round(realStart + (call.at - serviceStart) / rate));
        stamps.set(who, stamp);
        latest = Math.max(latest, stamp);
        hand(analytics, call, new Date(stamp));
      }
      // Nothing happens in the future.
      while (Date.now() <= latest) await sleep(1);
      await analytics.flush();
    }
    progress(
      `${next} of ${shopCalls.length} events sent · ${new Date(serviceNow()).toISOString().slice(0, 16).replace('T', ' ')} in the shop`,
    );
    const coming = shopCalls[next];
    if (coming) await sleep(Math.min(1000, Math.max(5, (coming.at - serviceNow()) / rate)));
  }
  await analytics.closeAndFlush();
  if (failures.length > 0) throw new Error(`The event client could not deliver: ${failures.join(', ')}.`);
}

function hand(analytics: Analytics, { userId, anonymousId, call }: ShopCall, timestamp: Date): void {
  const who = userId === null ? { anonymousId: anonymousId ?? '' } : { userId };
  if (call.kind === 'identify') analytics.identify({ ...who, traits: call.traits, timestamp });
  else analytics.track({ ...who, event: call.event, properties: call.properties, timestamp });
}

/** Lets the clock run until nobody is armed, under way or at a provider. */
async function untilQuiet(target: ChildInstance): Promise<void> {
  for (;;) {
    const { armedNow, openNow } = await target.get<Report>(`/v1/journeys/${journeyId}/report`);
    progress(
      `${armedNow} armed, ${openNow} under way · ${new Date(await target.now()).toISOString().slice(0, 16).replace('T', ' ')} in the shop`,
    );
    if (armedNow + openNow === 0) return;
    await sleep(1000);
  }
}

interface Agreement {
  readonly emails: { readonly store: number; readonly mailbox: number };
  readonly texts: { readonly store: number; readonly phone: number };
  readonly problems: readonly string[];
}

/** What the store says it sent against what arrived, one by one. */
async function compare(target: ChildInstance): Promise<Agreement> {
  // Receipts are told a moment after the message.
  await sleep(1500);
  const messages = await target.all<Message>('/v1/messages');
  const sent = messages.filter(({ state }) => state === 'accepted' || state === 'delivered');
  const problems: string[] = messages
    .filter(({ state }) => ['submitting', 'reserved', 'unknown'].includes(state))
    .map(({ id, state }) => `Message ${id} is ${state}.`);

  const inMailbox = await mailboxIds(target);
  const emails = sent.filter(({ channel }) => channel === 'email').map(({ id }) => id);
  problems.push(...differences('email', emails, inMailbox));
  const onPhone = await phoneSids(target);
  const texts = sent.filter(({ channel }) => channel === 'sms').map(({ providerId }) => providerId ?? '');
  problems.push(...differences('text', texts, onPhone));
  for (const { id, channel, state } of sent)
    if (channel === 'sms' && state !== 'delivered') problems.push(`Text ${id} was accepted and no receipt came.`);
  return { emails: { store: emails.length, mailbox: inMailbox.length }, texts: { store: texts.length, phone: onPhone.length }, problems };
}

function differences(noun: string, inStore: readonly string[], arrived: readonly string[]): readonly string[] {
  const problems: string[] = [];
  const counted = new Map<string, number>();
  for (const id of arrived) counted.set(id, (counted.get(id) ?? 0) + 1);
  for (const id of inStore) if (!counted.has(id)) problems.push(`The ${noun} ${id} is in the store and did not arrive.`);
  const known = new Set(inStore);
  for (const [id, times] of counted) {
    if (!known.has(id)) problems.push(`The ${noun} ${id} arrived and the store does not say so.`);
    if (times > 1) problems.push(`The ${noun} ${id} arrived ${times} times.`);
  }
  return problems;
}

function show(result: Report, agreed: Agreement): void {
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  if (asJson) {
    process.stdout.write(
      `${JSON.stringify({ armed: armedOf(result), ...result, events: calls.length, skippedLines, agreement: agreed, seconds })}\n`,
    );
    return;
  }
  progress('');
  const table = new Table({ head: ['Abandoned cart', 'people'], style: { head: [], border: [] }, colAligns: ['left', 'right'] });
  table.push(['armed (filled a cart)', armedOf(result)]);
  for (const { reason, count } of result.notEntered) table.push([`not entered: ${reason}`, count]);
  table.push(['entered', result.entered]);
  for (const { step, sent, skipped } of result.steps) {
    table.push([`${step}: sent`, sent]);
    for (const { reason, count } of skipped) table.push([`${step}: not sent, ${reason}`, count]);
  }
  for (const { outcome, reason, count } of result.ended) if (outcome !== 'superseded') table.push([`ended ${outcome}: ${reason}`, count]);
  for (const { currency, orders, revenue } of result.orders)
    table.push([`orders within 5 days of entering, ${revenue.toFixed(2)} ${currency ?? ''}`, orders]);
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `${calls.length} events of 310 invoices; ${skippedLines} lines without price or quantity were left out. ${seconds} s.\n`,
  );
  process.stdout.write(
    `Emails: ${agreed.emails.store} in the store, ${agreed.emails.mailbox} in the mailbox. Texts: ${agreed.texts.store} in the store, ${agreed.texts.phone} on the phone.\n`,
  );
  process.stdout.write(
    agreed.problems.length === 0 ? 'Store, mailbox and phone agree message by message.\n' : `${agreed.problems.join('\n')}\n`,
  );
}

/** Two series that turned out to be one, because their carts were, count once. */
function armedOf({ met, ended }: Report): number {
  return met - (ended.find(({ outcome }) => outcome === 'superseded')?.count ?? 0);
}

async function finish(code: number): Promise<never> {
  if (keep && code === 0) {
    const { apiUrl, mailboxUrl, phoneUrl, temporalUiUrl } = instance.running;
    process.stdout.write(`Left running: API ${apiUrl} · mailbox ${mailboxUrl} · phone ${phoneUrl} · Temporal ${temporalUiUrl}\n`);
    process.stdout.write(`Look around with SOJOURN_DATA=${dataFolder} npx sojourn status. Ctrl-C stops it and deletes its data.\n`);
    await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
  }
  await instance.stop();
  await rm(dataFolder, { recursive: true, force: true });
  process.exit(code);
}

function tell(line: string): void {
  if (!asJson) process.stdout.write(`${line}\n`);
}

function progress(line: string): void {
  if (asJson || !process.stdout.isTTY) return;
  process.stdout.write(`\r\u001b[K${line}`);
}
