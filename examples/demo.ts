import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Analytics } from '@segment/analytics-node';
import Table from 'cli-table3';
import { type ArrivedMail, type ArrivedText, mailboxArrivals, phoneArrivals } from './arrived.js';
import { type ChildInstance, packageFolder, startChild } from './instance.js';
import { type Recount, recount, type ToldMessage } from './recount.js';
import { type ShopCall, shopDays } from './shop-day.js';

/**
 * `npm run demo:days [-- --json] [-- --keep]`: plays two real days of a shop, and the days that its journeys run after them, through a real
 * instance with a sped-up clock. On the second day a newsletter goes to everyone, and has to make way for the cart reminders. Exits 0 only
 * if the store, the mailbox and the phone agree message by message, and caps and quiet hours hold as recounted from what arrived.
 */
const rate = 1500;
const batchSize = 15;
const startsAt = Date.UTC(2010, 11, 1, 8);
const journeyId = 'abandoned-cart';
/** Real milliseconds that a message may be on its way: most of an hour, as the shop's clock runs. */
const wayMs = 2_000;
const newsletterAt = Date.UTC(2010, 11, 2, 10);
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
    readonly deferred: readonly { readonly reason: string; readonly count: number }[];
  }[];
  readonly ended: readonly { readonly outcome: string; readonly reason: string; readonly count: number }[];
  readonly orders: readonly { readonly currency: string | null; readonly orders: number; readonly revenue: number }[];
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
const newsletterId = await play(instance, calls);
await untilQuiet(instance, newsletterId);
const report = await instance.get<Report>(`/v1/journeys/${journeyId}/report`);
const newsletter = await instance.get<Report>(`/v1/journeys/broadcast.${newsletterId}/report`);
const agreement = await compare(instance);
show(report, newsletter, agreement);
await finish(agreement.problems.length === 0 ? 0 : 1);

/**
 * Sends each call at its instant through the real client of Segment, several at once where they fall together. Answers the newsletter's id.
 */
async function play(target: ChildInstance, shopCalls: readonly ShopCall[]): Promise<string> {
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
  let letter: Promise<string> | null = null;
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
    // Beside the events: they must not wait for it.
    if (serviceNow() >= newsletterAt) letter ??= startNewsletter(target);
    progress(
      `${next} of ${shopCalls.length} events sent · ${new Date(serviceNow()).toISOString().slice(0, 16).replace('T', ' ')} in the shop`,
    );
    const coming = shopCalls[next];
    if (coming) await sleep(Math.min(1000, Math.max(5, (coming.at - serviceNow()) / rate)));
  }
  await analytics.closeAndFlush();
  if (failures.length > 0) throw new Error(`The event client could not deliver: ${failures.join(', ')}.`);
  return await (letter ?? startNewsletter(target));
}

/** To everyone known by then, over six hours. */
async function startNewsletter(target: ChildInstance): Promise<string> {
  const { id } = await target.post<{ readonly id: string }>('/v1/broadcasts', {
    name: 'Advent letter',
    template: 'newsletter',
    to: { everyone: true },
    data: {
      subject: 'Three quiet evenings',
      headline: 'Three quiet evenings',
      paragraphs: ['The days are short. We have laid out what makes a room warm.'],
      link: { words: 'Read on', url: 'https://willow-and-wren.example/journal/quiet-evenings' },
    },
    over: 'PT6H',
  });
  return id;
}

function hand(analytics: Analytics, { userId, anonymousId, call }: ShopCall, timestamp: Date): void {
  const who = userId === null ? { anonymousId: anonymousId ?? '' } : { userId };
  if (call.kind === 'identify') analytics.identify({ ...who, traits: call.traits, timestamp });
  else analytics.track({ ...who, event: call.event, properties: call.properties, timestamp });
}

/** Lets the clock run until nobody is armed, under way or at a provider, and the newsletter has had its turn with everyone. */
async function untilQuiet(target: ChildInstance, letter: string): Promise<void> {
  for (;;) {
    const { progress: letters } = await target.get<{ readonly progress: { readonly waiting: number; readonly toCome: number } }>(
      `/v1/broadcasts/${letter}`,
    );
    const { armedNow, openNow } = await target.get<Report>(`/v1/journeys/${journeyId}/report`);
    progress(
      `${armedNow} armed, ${openNow} under way · ${new Date(await target.now()).toISOString().slice(0, 16).replace('T', ' ')} in the shop`,
    );
    if (armedNow + openNow + letters.waiting + letters.toCome === 0) return;
    await sleep(1000);
  }
}

interface Agreement {
  readonly emails: { readonly store: number; readonly mailbox: number };
  readonly texts: { readonly store: number; readonly phone: number };
  readonly recount: Recount;
  readonly problems: readonly string[];
}

/** What the store says it sent against what arrived, one by one. */
async function compare(target: ChildInstance): Promise<Agreement> {
  // Receipts are told a moment after the message.
  await sleep(1500);
  const messages: ToldMessage[] = [];
  for (const { id } of await target.all<{ readonly id: string }>('/v1/messages'))
    messages.push(await target.get<ToldMessage>(`/v1/messages/${id}`));
  const sent = messages.filter(({ state }) => state === 'accepted' || state === 'delivered');
  const problems: string[] = messages
    .filter(({ state }) => ['submitting', 'reserved', 'unknown'].includes(state))
    .map(({ id, state }) => `Message ${id} is ${state}.`);

  const mails: readonly ArrivedMail[] = await mailboxArrivals(target);
  const inMailbox = mails.map(({ id }) => id);
  const emails = sent.filter(({ channel }) => channel === 'email').map(({ id }) => id);
  problems.push(...differences('email', emails, inMailbox));
  const phoned: readonly ArrivedText[] = await phoneArrivals(target);
  const onPhone = phoned.map(({ sid }) => sid);
  const texts = sent.filter(({ channel }) => channel === 'sms').map(({ providerId }) => providerId ?? '');
  problems.push(...differences('text', texts, onPhone));
  for (const { id, channel, state } of sent)
    if (channel === 'sms' && state !== 'delivered') problems.push(`Text ${id} was accepted and no receipt came.`);

  const realNow = Date.now();
  const shopNow = await target.now();
  const counted = recount(messages, mails, phoned, (real) => shopNow - (realNow - real) * rate, wayMs * rate, countriesOf(calls));
  return {
    emails: { store: emails.length, mailbox: inMailbox.length },
    texts: { store: texts.length, phone: onPhone.length },
    recount: counted,
    problems: [...problems, ...counted.problems],
  };
}

/** Where people are, by their number. */
function countriesOf(shopCalls: readonly ShopCall[]): ReadonlyMap<string, string> {
  return new Map(
    shopCalls.flatMap(({ call }) =>
      call.kind === 'identify' ? [[String(call.traits['phone']), String(call.traits['country'])] as const] : [],
    ),
  );
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

function show(result: Report, letter: Report, agreed: Agreement): void {
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  if (asJson) {
    process.stdout.write(
      `${JSON.stringify({ armed: armedOf(result), ...result, newsletter: letter.steps[0] ?? null, events: calls.length, skippedLines, agreement: agreed, seconds })}\n`,
    );
    return;
  }
  progress('');
  const table = new Table({ head: ['Abandoned cart', 'people'], style: { head: [], border: [] }, colAligns: ['left', 'right'] });
  table.push(['armed (filled a cart)', armedOf(result)]);
  for (const { reason, count } of result.notEntered) table.push([`not entered: ${reason}`, count]);
  table.push(['entered', result.entered]);
  const tellSteps = (steps: Report['steps'], name: (step: string) => string): void => {
    for (const { step, sent, skipped, deferred } of steps) {
      table.push([`${name(step)}: sent`, sent]);
      for (const { reason, count } of deferred) table.push([`${name(step)}: put off for a while, ${reason}`, count]);
      for (const { reason, count } of skipped) table.push([`${name(step)}: not sent, ${reason}`, count]);
    }
  };
  tellSteps(result.steps, (step) => step);
  for (const { outcome, reason, count } of result.ended) if (outcome !== 'superseded') table.push([`ended ${outcome}: ${reason}`, count]);
  for (const { currency, orders, revenue } of result.orders)
    table.push([`orders within 5 days of entering, ${revenue.toFixed(2)} ${currency ?? ''}`, orders]);
  tellSteps(letter.steps, () => 'newsletter of the second day');
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `${calls.length} events of 310 invoices; ${skippedLines} lines without price or quantity were left out. ${seconds} s.\n`,
  );
  process.stdout.write(
    `Emails: ${agreed.emails.store} in the store, ${agreed.emails.mailbox} in the mailbox. Texts: ${agreed.texts.store} in the store, ${agreed.texts.phone} on the phone.\n`,
  );
  const { people, mostIn24Hours, mostEmailsIn7Days, putOff, putOffArrived, notSent } = agreed.recount;
  process.stdout.write(
    `Recounted from mailbox and phone: ${people} addresses and numbers, at most ${mostIn24Hours} messages in any 24 hours and ${mostEmailsIn7Days} emails in any 7 days; of ${putOff} put off ${putOffArrived} arrived, each after its time; none of ${notSent} not sent arrived.\n`,
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
