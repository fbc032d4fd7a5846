import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../../api/contract/entries.js';
import type { Readiness } from '../../api/contract/health.js';
import type { RunningInstance } from '../../instance/running-file.js';
import { why } from '../commands/why.js';
import { type CliContext, createContext, type Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { findProfileId } from '../find-profile.js';
import { oneLine } from '../printable.js';

/** An hour a second: the first reminder comes after an idle hour. */
const rate = 3_600;
/** With a clock slower than this the idle hour takes longer than anybody looks. */
const slowestRate = 300;
const mailWithinMs = 60_000;
/** The journey that the tour tells of. */
const shown = 'abandoned-cart';

interface Mail {
  readonly ID: string;
  readonly Subject: string;
}

/**
 * `tour`: what the first five minutes show, in one terminal. Ada leaves a cart, gets a mail, orders, and the series ends. On the running
 * trial if its clock is fast enough, else on an instance of its own; never where mail reaches people. Each run has a person of its own, so
 * it may be run again.
 */
export async function tour(context: CliContext, options: { readonly own?: boolean; readonly keep?: boolean }): Promise<Outcome> {
  const running = options.own === true ? null : await context.running();
  if (running !== null) {
    refuseProduction(running);
    const { clockRate } = await (await context.client()).get<Readiness>('/readyz');
    if (clockRate >= slowestRate) return walk(context, running);
    context.io.out('The running instance uses real time, so the email would come in an hour. The tour starts an instance of its own.');
  }
  return walkOnOwn(context, options.keep === true);
}

function refuseProduction({ mailboxUrl, phoneUrl }: RunningInstance): void {
  if (mailboxUrl !== null && phoneUrl !== null) return;
  throw new CliFailure(
    'The instance that runs sends to real people (SMTP_URL or TWILIO_ACCOUNT_SID is set), and the tour uses invented people: start a temporary instance with sojourn tour --own.',
    2,
  );
}

async function walkOnOwn(context: CliContext, keep: boolean): Promise<Outcome> {
  const { startOwnInstance } = await import('../own-instance.js');
  context.io.out('A temporary instance starts; its clock plays one hour in one second.');
  const own = await startOwnInstance(context.io.env, rate);
  try {
    const outcome = await walk(createContext(context.io, { data: own.dataFolder }), own.running);
    if (!keep) return outcome;
    context.io.out(`${outcome.text}\n\nIt runs until Ctrl-C: mailbox ${own.running.mailboxUrl}, phone ${own.running.phoneUrl}.`);
    await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
    return { ...outcome, text: '' };
  } finally {
    await own.stop();
  }
}

async function walk(context: CliContext, running: RunningInstance): Promise<Outcome> {
  const say = (line: string): void => context.io.out(line);
  const run = randomBytes(4).toString('hex');
  const ada = { userId: `tour-${run}`, email: `ada.${run}@example.com`, cart: `tour-cart-${run}` };
  say(`1. Ada (${ada.userId}) consents to reminders by email, puts a blue mug into her cart and goes away.`);
  await tell(
    running,
    [
      { type: 'identify', traits: { email: ada.email, firstName: 'Ada', locale: 'en-GB', country: 'GB' } },
      {
        type: 'track',
        event: 'Consent Granted',
        properties: { channel: 'email', topic: 'cart_reminder', method: 'form', source: 'tour', text: 'Remind me of my cart.' },
      },
      {
        type: 'track',
        event: 'Product Added',
        properties: { cart_id: ada.cart, product_id: 'mug', name: 'Blue mug', price: 24, quantity: 1, currency: 'GBP' },
      },
    ],
    ada.userId,
  );

  const mail = await until(mailWithinMs, () => mailTo(running, ada.email));
  if (mail === null) return missing(context, ada.userId);
  const mailUrl = `${running.mailboxUrl}/view/${mail.ID}`;
  say(`2. An hour later, by her clock, an email is there: "${oneLine(mail.Subject)}"  ${mailUrl}`);

  say('3. She orders. That ends the series: nothing more comes.');
  await tell(
    running,
    [{ type: 'track', event: 'Order Completed', properties: { order_id: `o-${run}`, cart_id: ada.cart, total: 24, currency: 'GBP' } }],
    ada.userId,
  );
  const outcome = await until(mailWithinMs, () => outcomeOf(context, ada.userId));
  const story = await why(context, ada.userId, { journey: shown });
  const text = `4. Why? sojourn why ${ada.userId} --journey ${shown}\n\n${story.text}`;
  return {
    value: { userId: ada.userId, mailUrl, subject: mail.Subject, outcome, story: story.value },
    text,
    exitCode: outcome === 'converted' ? 0 : 1,
  };
}

/** No mail: the same question that a marketer would ask answers it. */
async function missing(context: CliContext, userId: string): Promise<Outcome> {
  const story = await why(context, userId, {});
  return {
    value: { userId, mailUrl: null, story: story.value },
    text: `2. No email came within a minute. See why: sojourn why ${userId}\n\n${story.text}`,
    exitCode: 1,
  };
}

async function tell(running: RunningInstance, calls: readonly Readonly<Record<string, unknown>>[], userId: string): Promise<void> {
  const moment = Date.now();
  const response = await fetch(`${running.publicUrl}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${running.writeKey}:`).toString('base64')}` },
    body: JSON.stringify({
      batch: calls.map((call, index) => ({ ...call, userId, messageId: `${userId}-${moment}-${index}` })),
    }),
  });
  if (!response.ok) throw new CliFailure(`The instance answered the events with ${response.status}: see sojourn status.`);
}

async function mailTo({ mailboxUrl }: RunningInstance, address: string): Promise<Mail | null> {
  const found = await fetch(`${mailboxUrl}/api/v1/search?query=${encodeURIComponent(`to:${address}`)}`);
  return ((await found.json()) as { readonly messages: readonly Mail[] }).messages.at(-1) ?? null;
}

/** How her entry of the journey ended; null: it has not yet. Her order and her consent concern other journeys too. */
async function outcomeOf(context: CliContext, userId: string): Promise<string | null> {
  const api = await context.client();
  const profileId = await findProfileId(api, userId);
  const [entry] = await api.list<Entry>('/v1/entries', { profileId, journeyId: shown }, 1);
  return entry?.outcome ?? null;
}

async function until<T>(withinMs: number, look: () => Promise<T | null>): Promise<T | null> {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(200)) {
    const seen = await look();
    if (seen !== null) return seen;
  }
  return null;
}
