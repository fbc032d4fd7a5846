import type { Channel } from './channel.js';
import { formatLocal } from './time.js';
import type { SendDecision, VerdictDetail, VerdictReason } from './verdict.js';

interface Reader {
  readonly timeZone: string;
  readonly channel: Channel;
}

/**
 * A verdict as a sentence that a marketer can read; local instants in the reader's zone.
 *
 * @example 'Not sent: cap email-7d, 4 of 4 used; next possible Thu 3 Dec 09:12 (Europe/Berlin).'
 */
export function verdictSentence(decision: SendDecision, reader: Reader): string {
  switch (decision.kind) {
    case 'send':
      return `Sent: nothing stood against this ${nouns[reader.channel].one}.`;
    case 'hold':
      return `Held: ${pauseText(decision.detail)}, until someone resumes it.`;
    case 'defer':
      return `Waits: ${reasonText(decision.reason, decision.detail, reader)}${nextText(decision.until, reader)}.`;
    case 'skip':
      return `Not sent: ${reasonText(decision.reason, decision.detail, reader)}${nextText(decision.detail['next'], reader)}.`;
    case 'exit':
      return `Not sent, and the journey ends: ${reasonText(decision.reason, decision.detail, reader)}.`;
    case 'withhold':
      return `Withheld: ${reasonText(decision.reason, decision.detail, reader)}. Without that: ${verdictSentence(decision.instead, reader)}`;
  }
}

/** A reason and its fields in words, without a full stop. */
function reasonText(reason: VerdictReason, detail: VerdictDetail, reader: Reader): string {
  const noun = nouns[reader.channel];
  const field = (name: string): string => String(detail[name] ?? '?');
  switch (reason) {
    case 'paused':
      return 'sending is paused';
    case 'exited':
      return `exit rule ${field('rule')} came first`;
    case 'no-consent':
      return `no consent to ${field('topic')} by ${noun.medium}`;
    case 'suppressed':
      return `the ${noun.address} is suppressed (${field('cause')})`;
    case 'unreachable':
      return `no ${noun.address} to reach (${field('code')})`;
    case 'holdout':
      return 'the person is held out, so that the effect of the journey can be measured';
    case 'empty-content':
      return `nothing to say (${field('problem')})`;
    case 'stale':
      return 'what it says was true too long ago, or its deadline has passed';
    case 'quiet-hours':
      return `quiet hours, ${noun.many} leave from ${field('opens')} to ${field('closes')} of the person's local time`;
    case 'frequency-cap':
      return `cap ${field('rule')}, ${field('used')} of ${field('limit')} used`;
    case 'outranked':
      return `a more important message took the slot (${field('winner')})`;
    case 'duplicate':
      return 'the same message has already been sent';
    case 'provider-rejected':
      return `the provider rejected it (${field('code')})`;
  }
}

function nextText(next: unknown, reader: Reader): string {
  return typeof next === 'number' ? `; next possible ${formatLocal(next, reader.timeZone)} (${reader.timeZone})` : '';
}

const nouns = {
  email: { one: 'email', many: 'emails', medium: 'email', address: 'email address' },
  sms: { one: 'text', many: 'texts', medium: 'text', address: 'mobile number' },
} satisfies Record<Channel, unknown>;

function pauseText({ scope, provider }: VerdictDetail): string {
  if (scope === 'provider') return `marketing to mailboxes of ${String(provider ?? '?')} is stopped by a breaker`;
  return pauses[String(scope)] ?? 'sending is paused';
}

const pauses: Readonly<Record<string, string>> = {
  all: 'all sending is paused',
  channel: 'the channel is paused',
  journey: 'the journey is paused',
};
