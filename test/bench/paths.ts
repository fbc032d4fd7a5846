import { setTimeout as sleep } from 'node:timers/promises';
import type { DkimSettings } from '../../src/channels/email/compose.js';
import { type Call, sendBatch } from '../support/shop-client.js';
import { makeDkim } from './app.js';
import { Child } from './child.js';
import { renderedMail } from './emails.js';
import type { EmailsSetup } from './emails-sender.js';
import { median, type Round } from './measure.js';
import { residentOf } from './memory.js';
import type { Plan } from './plan.js';
import { cpuOfDescendants } from './processes.js';
import type { Arrival } from './smtp-sink.js';
import type { StorePlaces } from './store-place.js';
import { addressOf, inBatches, startWholeInstance, type WholeInstance } from './whole-instance.js';

/** Whole paths of a whole instance, from an event over HTTP to the mail server: what a shop sees. */
export interface PathsResult {
  /** By messages offered a second. */
  readonly openLoop: Readonly<Record<string, OpenLoopResult>>;
  readonly broadcast: BroadcastResult | null;
  /** Real milliseconds from a cart's event to its mail while a broadcast goes out. */
  readonly cartDuringBroadcast: Spread | null;
  /** Real milliseconds after the instant at which all of them were due. */
  readonly dueAtOnce: Spread | null;
}

interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

interface OpenLoopResult extends Spread {
  /** Mails taken a second, from the first event to the last mail. */
  readonly perSecond: number;
  readonly cpuMs: number | null;
  readonly historyEvents: number;
  readonly longestHistory: number;
  readonly residentMb: number;
}

interface BroadcastResult {
  readonly mails: number;
  readonly perSecond: number;
  readonly nodemailerPerSecond: number;
  readonly ratioToNodemailer: number;
  readonly cpuMs: number | null;
  readonly nodemailerCpuMs: number | null;
  readonly residentMb: number;
}

/** Of the instance and of nodemailer's pool alike. */
const sessions = 20;

/** What can be measured by itself. */
export const pathParts = ['offered', 'due', 'broadcast', 'carts'] as const;
export type PathPart = (typeof pathParts)[number];

export async function benchPaths(
  places: StorePlaces,
  plan: Plan['paths'],
  { say, wants }: { readonly say: (line: string) => void; readonly wants: (part: PathPart) => boolean },
): Promise<PathsResult> {
  const sink = new Child('smtp-sink.js');
  const dkim = makeDkim();
  let whole: WholeInstance | null = null;
  try {
    const smtpUrl = await sink.call<string>('url');
    whole = await startWholeInstance(places, { smtpUrl, dkim }, (line) => process.stderr.write(`${line}\n`));
    const bench = { whole, sink, smtpUrl, dkim, say };
    await whole.know(usersOf('warm', 50));
    await openLoop(bench, { name: 'warm', perSecond: 10, seconds: 5 });
    const loops: Record<string, OpenLoopResult> = {};
    for (const perSecond of wants('offered') ? plan.offered : [])
      loops[perSecond] = await openLoop(bench, { name: `offered-${perSecond}`, perSecond, seconds: plan.seconds });
    const dueAtOnce = wants('due') ? await manyAtOnce(bench, plan.dueAtOnce) : null;
    const broadcast = wants('broadcast') ? await wholeBroadcast(bench, plan.broadcast) : null;
    const cartDuringBroadcast = wants('carts') ? await cartsDuringBroadcast(bench, plan) : null;
    return { openLoop: loops, broadcast, cartDuringBroadcast, dueAtOnce };
  } finally {
    await whole?.stop();
    await sink.stop();
  }
}

interface Bench {
  readonly whole: WholeInstance;
  readonly sink: Child;
  readonly smtpUrl: string;
  readonly dkim: DkimSettings;
  readonly say: (line: string) => void;
}

function usersOf(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${name}-${n}`);
}

function fillsCart(userId: string): Call {
  return {
    type: 'track',
    userId,
    event: 'Product Added',
    properties: { cart_id: `cart-${userId}`, product_id: 'p-1', name: 'Mug', price: 24.5, quantity: 2, currency: 'GBP' },
  };
}

/**
 * Events at a fixed pace, whatever becomes of them; each from a person of its own, alone in its request. Waited for: two minutes at most.
 */
async function openLoop(
  { whole, sink, say }: Bench,
  { name, perSecond, seconds }: { readonly name: string; readonly perSecond: number; readonly seconds: number },
): Promise<OpenLoopResult> {
  const users = usersOf(name, Math.round(perSecond * seconds));
  if (name !== 'warm') await whole.know(users);
  await sink.call('forget');
  const cpu = cpuOfDescendants();
  const began = Date.now();
  const sent = new Map<string, number>();
  const calls: Promise<void>[] = [];
  for (const [n, userId] of users.entries()) {
    const at = began + (n * 1000) / perSecond;
    const early = at - Date.now();
    if (early > 0) await sleep(early);
    sent.set(addressOf(userId), at);
    // One that is refused for the load counts as endless.
    calls.push(sendBatch(whole.child, [fillsCart(userId)]).catch(() => undefined));
  }
  await Promise.all(calls);
  const arrivals = await arrivalsOf(sink, sent, 120_000);
  const used = cpuOfDescendants();
  const late = lateness(arrivals, sent);
  const last = Math.max(...arrivals.map(({ at }) => at));
  const lengths = await whole.historyLengths('journeyEntry', 500);
  const { total } = await residentOf(whole.child.process.pid ?? 0);
  const result = {
    ...spreadOf(late),
    perSecond: arrivals.length / ((last - began) / 1000),
    cpuMs: cpu === null || used === null ? null : (used - cpu) / arrivals.length,
    historyEvents: lengths.reduce((sum, one) => sum + one, 0) / Math.max(1, lengths.length),
    longestHistory: Math.max(0, ...lengths),
    residentMb: total,
  };
  say(`${perSecond}/s offered: ${told(result)}, ${result.perSecond.toFixed(1)}/s, ${result.cpuMs?.toFixed(1)} CPU ms`);
  return result;
}

/** Series that are all due at one instant, 20 s after the last event of each. */
async function manyAtOnce({ whole, sink, say }: Bench, count: number): Promise<Spread> {
  const users = usersOf('at-once', count);
  await whole.know(users);
  await sink.call('forget');
  // The last that each was seen to do lies at one instant; events that tell it come before it is due.
  const at = Date.now();
  const timestamp = new Date(at).toISOString();
  await inBatches(whole.child, users, (userId) => [
    {
      type: 'track',
      userId,
      event: 'Checkout Started',
      timestamp,
      properties: {
        cart_id: `cart-${userId}`,
        products: [{ product_id: 'p-1', name: 'Mug', price: 24.5, quantity: 2 }],
        value: 49,
        currency: 'GBP',
      },
    },
  ]);
  const due = new Map(users.map((userId) => [addressOf(userId), at + 20_000]));
  const result = spreadOf(lateness(await arrivalsOf(sink, due, 120_000), due));
  say(`${count} due at once: ${told(result)}`);
  return result;
}

/**
 * A whole broadcast, from the call that starts it to its last mail, against nodemailer's pool with the same mail and sink, before and
 * after.
 */
async function wholeBroadcast({ whole, sink, smtpUrl, dkim, say }: Bench, mails: number): Promise<BroadcastResult> {
  const users = usersOf('reader', mails);
  await whole.know(users);
  const mail = await renderedMail('newsletter', { data: letter, from: 'broadcast' });
  const before = await nodemailerRound({ smtpUrl, dkim, mail });
  await sink.call('forget');
  const cpu = cpuOfDescendants();
  const began = Date.now();
  await startBroadcast(whole, users);
  const wanted = new Map(users.map((userId) => [addressOf(userId), began]));
  const arrivals = await arrivalsOf(sink, wanted, 300_000);
  const used = cpuOfDescendants();
  const { total } = await residentOf(whole.child.process.pid ?? 0);
  const perSecond = arrivals.length / ((Math.max(...arrivals.map(({ at }) => at)) - began) / 1000);
  const after = await nodemailerRound({ smtpUrl, dkim, mail });
  const nodemailerPerSecond = median([before.rate, after.rate]);
  const result = {
    mails: arrivals.length,
    perSecond,
    nodemailerPerSecond,
    ratioToNodemailer: perSecond / nodemailerPerSecond,
    cpuMs: cpu === null || used === null ? null : (used - cpu) / arrivals.length,
    nodemailerCpuMs: before.cpuMs === null || after.cpuMs === null ? null : median([before.cpuMs, after.cpuMs]),
    residentMb: total,
  };
  if (arrivals.length !== mails) throw new Error(`Of ${mails} mails of a broadcast ${arrivals.length} came.`);
  say(
    `broadcast of ${mails}: ${perSecond.toFixed(0)}/s at ${result.cpuMs?.toFixed(1)} CPU ms; nodemailer ${nodemailerPerSecond.toFixed(0)}/s at ${result.nodemailerCpuMs?.toFixed(1)}: ${result.ratioToNodemailer.toFixed(2)}; ${total.toFixed(0)} MB`,
  );
  return result;
}

async function nodemailerRound({ smtpUrl, dkim, mail }: Omit<EmailsSetup, 'sessions'>) {
  const sender = new Child('emails-sender.js');
  try {
    await sender.call('start', { smtpUrl, dkim, mail, sessions } satisfies EmailsSetup);
    await sender.call<Round>('run', { side: 'nodemailer', seconds: 1 });
    const cpu = cpuOfDescendants();
    const round = await sender.call<Round>('run', { side: 'nodemailer', seconds: 5 });
    const used = cpuOfDescendants();
    return { rate: round.rate, cpuMs: cpu === null || used === null ? null : (used - cpu) / round.all };
  } finally {
    await sender.stop();
  }
}

/** Carts' events, two a second, while a broadcast goes out that is longer than they take. */
async function cartsDuringBroadcast({ whole, sink, say }: Bench, { during, cartSeconds }: Plan['paths']): Promise<Spread> {
  const readers = usersOf('many', during);
  const carts = usersOf('cart', cartSeconds * 2);
  await whole.know([...readers, ...carts]);
  await sink.call('forget');
  const id = await startBroadcast(whole, readers);
  await sleep(3_000);
  const sent = new Map<string, number>();
  for (const userId of carts) {
    sent.set(addressOf(userId), Date.now());
    await sendBatch(whole.child, [fillsCart(userId)]);
    await sleep(500);
  }
  const arrivals = await arrivalsOf(sink, sent, 120_000);
  const readersReached = (await sink.call<readonly Arrival[]>('arrivals')).length - arrivals.length;
  await whole.child.post(`/v1/broadcasts/${id}/cancel`).catch(() => undefined);
  const result = spreadOf(lateness(arrivals, sent));
  say(`a cart during a broadcast of ${during} (${readersReached} of them sent meanwhile): ${told(result)}`);
  return result;
}

async function startBroadcast(whole: WholeInstance, userIds: readonly string[]): Promise<string> {
  const { id } = await whole.child.post<{ readonly id: string }>('/v1/broadcasts', {
    name: 'Bench',
    template: 'newsletter',
    to: { userIds },
    data: letter,
  });
  return id;
}

const letter = {
  subject: 'Three quiet evenings',
  headline: 'Three quiet evenings',
  paragraphs: ['It is dark by four now, and we rather like it.', 'Nearly all of it is made within an hour of our shop.'],
  link: { words: 'See the winter shelf', url: 'https://willow-and-wren.example/winter' },
};

/** The first mail to each of these addresses, once all are there or the patience is at an end. */
async function arrivalsOf(sink: Child, wanted: ReadonlyMap<string, number>, patienceMs: number): Promise<readonly Arrival[]> {
  for (const until = Date.now() + patienceMs; ; await sleep(200)) {
    const taken = await sink.call<number>('taken');
    if (taken < wanted.size && Date.now() < until) continue;
    const firsts = new Map<string, Arrival>();
    for (const arrival of await sink.call<readonly Arrival[]>('arrivals'))
      if (wanted.has(arrival.to) && !firsts.has(arrival.to)) firsts.set(arrival.to, arrival);
    if (firsts.size === wanted.size || Date.now() >= until) return [...firsts.values()];
  }
}

/** Who got no mail counts as late as can be. */
function lateness(arrivals: readonly Arrival[], since: ReadonlyMap<string, number>): readonly number[] {
  const missing = Array.from({ length: since.size - arrivals.length }, () => Number.POSITIVE_INFINITY);
  return [...arrivals.map(({ to, at }) => at - (since.get(to) ?? Number.NaN)), ...missing];
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: values.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

function told({ p50, p99, most }: Spread): string {
  return `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, at most ${most.toFixed(0)} ms`;
}
