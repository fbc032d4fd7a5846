import { type Channel, channelKind } from '../messages/channel.js';
import type { Instant } from '../time/instant.js';
import { formatLocal } from '../time/time.js';
import type { Verdict, VerdictDetail, VerdictReason } from './verdict.js';

interface Reader {
  readonly timeZone: string;
  readonly channel: Channel;
}

/**
 * A verdict as a sentence that a marketer can read; local instants in the reader's zone.
 *
 * @example 'Not sent: cap email-7d, 4 of 4 used (tier new); next possible Thu 3 Dec 09:12 (Europe/Berlin).'
 */
export function verdictSentence(decision: Verdict, reader: Reader): string {
  switch (decision.kind) {
    case 'send':
      return `Cleared to send: nothing prevents this ${channelKind(reader.channel).words.one}${displacedText(decision.displaces)}.`;
    case 'hold':
      return `Held: ${pauseText(decision.detail)}, until someone resumes it.`;
    case 'defer':
      return `Waits: ${reasonText(decision.reason, decision.detail, reader)}${nextText(nextOf(decision), reader)}${displacedText(decision.displaces)}.`;
    case 'skip':
      return `Not sent: ${reasonText(decision.reason, decision.detail, reader)}${nextText(decision.detail['next'], reader)}.`;
    case 'exit':
      return `Not sent, and the journey ends: ${reasonText(decision.reason, decision.detail, reader)}.`;
    case 'release':
      return `Gave up its slot: ${reasonText(decision.reason, decision.detail, reader)}.`;
    case 'withhold':
      return `Withheld: ${reasonText(decision.reason, decision.detail, reader)}. Without that: ${verdictSentence(decision.instead, reader)}`;
  }
}

/** A reason and its fields in words, without a full stop. */
function reasonText(reason: VerdictReason, detail: VerdictDetail, reader: Reader): string {
  const noun = channelKind(reader.channel).words;
  const field = (name: string): string => String(detail[name] ?? '?');
  switch (reason) {
    case 'paused':
      return 'sending is paused';
    case 'exited':
      return `exit rule ${field('rule')} came first`;
    case 'no-consent':
      return `no consent to ${field('topic')} by ${noun.one}`;
    case 'suppressed':
      return `the ${noun.address} is suppressed (${field('cause')})`;
    case 'unreachable':
      return `no ${noun.address} to reach (${field('code')})`;
    case 'on-hold':
      return holdText(detail);
    case 'holdout':
      return 'the person is in the holdout, so that the effect of the journey can be measured';
    case 'empty-content':
      return `no content (${field('problem')})`;
    case 'stale':
      return 'its content is out of date, or its deadline has passed';
    case 'quiet-hours':
      return quietHoursText(detail, noun.many);
    case 'frequency-cap':
      return detail['rule'] === 'message-price' ? priceText(detail) : capText(detail);
    case 'outranked':
      return `a more important message took the slot (${field('winner')})`;
    case 'duplicate':
      return 'the same message has already been sent';
    case 'provider-rejected':
      return `the provider rejected it (${field('code')})`;
  }
}

/** A hold may be over before its time; until then it is looked at again at the message's own deadline. */
function nextOf({ until, reason, detail }: Extract<Verdict, { readonly kind: 'defer' }>): unknown {
  return reason === 'on-hold' ? detail['next'] : until;
}

/** `marketing to the person is on hold until the task task_1f is closed (low-rating)`. */
function holdText({ rule, cause, task }: VerdictDetail): string {
  const end =
    rule === 'task' ? ` until the task ${String(task ?? '?')} is closed` : rule === 'ticket' ? ' until their ticket is closed' : '';
  return `marketing to the person is on hold${end} (${String(cause ?? '?')})`;
}

/** How a cap stands, as a sentence: `Cap email-7d, 4 of 4 used (tier new); next possible Thu 3 Dec 09:12 (Europe/Berlin).` */
export function capSentence(detail: VerdictDetail, next: Instant | null, timeZone: string): string {
  const text = capText(detail);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${nextText(next, { timeZone })}.`;
}

/** `cap email-7d, 1 of 2 used (tier warm; fewer, because the person does not read this topic)`. */
function capText(detail: VerdictDetail): string {
  const { rule, used, limit } = detail;
  const amount = limit === 0 ? 'nothing is allowed' : `${String(used ?? '?')} of ${String(limit ?? '?')} used`;
  const why = capWhy(detail);
  return `cap ${String(rule ?? '?')}, ${amount}${why === '' ? '' : ` (${why})`}`;
}

/** `it would bring 0.02 and risks 0.07, in people who leave and complain after 5 messages in 7 days (message-price)`. */
function priceText({ margin, price, sends }: VerdictDetail): string {
  return `its expected margin is ${money(margin)} and its risk ${money(price)}, from unsubscribes and complaints after ${String(sends)} messages in 7 days (message-price)`;
}

function money(amount: VerdictDetail[string] | undefined): string {
  return typeof amount === 'number' ? String(Math.round(amount * 1000) / 1000) : '?';
}

/**
 * Where the number of a cap comes from: `tier warm; fewer, because the person does not read this topic`. Empty: it is the same for
 * everybody.
 */
export function capWhy({ keepFree, tier, topicMultiplier, fatigueMultiplier, choice }: VerdictDetail): string {
  return [
    choice === true ? 'as the person chose' : null,
    tier === undefined ? null : `tier ${String(tier)}`,
    typeof keepFree === 'number' ? `${keepFree} kept free for more important messages` : null,
    topicMultiplier === undefined ? null : `${topicMultiplier === 0 ? 'none' : 'fewer'}, because the person does not read this topic`,
    fatigueMultiplier === undefined ? null : 'fewer for a while, because of what the person did or did not do',
  ]
    .filter((part) => part !== null)
    .join('; ');
}

/** `quiet hours in us-fl: texts are sent from 08:00 to 20:00 local time`. */
function quietHoursText({ rule, opens, closes, closed, narrowed }: VerdictDetail, messages: string): string {
  const by = `quiet hours${rule === null || rule === undefined ? '' : ` in ${String(rule)}`}${narrowed === true ? ', narrowed by the journey' : ''}`;
  if (closed !== undefined) return `${by}: no ${messages} are sent on ${closedDays[String(closed)] ?? String(closed)}`;
  if (opens === undefined) return `${by}: nobody knows where the person is`;
  return `${by}: ${messages} are sent from ${String(opens)} to ${String(closes)} local time`;
}

const closedDays: Readonly<Record<string, string>> = {
  mon: 'Mondays',
  tue: 'Tuesdays',
  wed: 'Wednesdays',
  thu: 'Thursdays',
  fri: 'Fridays',
  sat: 'Saturdays',
  sun: 'Sundays',
  holiday: 'holidays',
};

function displacedText(displaces: readonly string[] | undefined): string {
  if (displaces === undefined) return '';
  return `, and it took the slot of ${displaces.length === 1 ? 'a less important message' : `${displaces.length} less important messages`} (${displaces.join(', ')})`;
}

function nextText(next: unknown, reader: Pick<Reader, 'timeZone'>): string {
  return typeof next === 'number' ? `; next possible ${formatLocal(next, reader.timeZone)} (${reader.timeZone})` : '';
}

function pauseText({ scope, provider }: VerdictDetail): string {
  if (scope === 'provider') return `marketing to mailboxes of ${String(provider ?? '?')} is stopped by a breaker`;
  return pauses[String(scope)] ?? 'sending is paused';
}

const pauses: Readonly<Record<string, string>> = {
  all: 'all sending is paused',
  channel: 'the channel is paused',
  journey: 'the journey is paused',
};
