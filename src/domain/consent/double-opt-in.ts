import type { Channel } from '../messages/channel.js';
import { countsFor, type Whereabouts } from '../places/strictest-country.js';
import type { TopicPolicy } from '../policy/topic-policy.js';
import { day, hour, type Instant } from '../time/instant.js';
import { type ConsentProof, type ConsentRecord, isRefusal } from './consent.js';

/** How long a link, or a YES, confirms what it was sent for. */
export const confirmWithinMs = 7 * day;
/** When the one reminder goes to somebody who has not confirmed. */
export const remindAfterMs = 3 * day;
/** When an unconfirmed yes is given up. */
export const forgetAfterMs = 30 * day;
/** Signing up again asks again, but not more often: else a form could be used to flood somebody. */
export const askAgainAfterMs = 24 * hour;

/** Who consents to what: the law of the countries of both counts. */
export interface Consenting {
  readonly person: Whereabouts;
  readonly shop: { readonly country: string };
}

/** An act as it is said, before the policy has looked at it. */
export interface ConsentSaid extends Omit<ConsentRecord, 'at'>, ConsentProof {
  /** The recorder wants it confirmed, with any policy. */
  readonly asksForDoubleOptIn?: boolean;
}

/**
 * What an act counts as when it is recorded. A yes is `pending` where the topic's policy, or the one who records it, wants it confirmed,
 * until it is; and a yes that an import brings counts only with evidence (a pointer, the words, their hash or the page), whatever method it
 * names: that is a claim.
 */
export function admitConsent<Said extends ConsentSaid>(
  said: Said,
  topics: TopicPolicy,
  origin: 'live' | 'import',
  whose: Consenting,
): Said {
  if (said.state !== 'granted') return said;
  const isImport = origin === 'import' || said.method === 'import';
  if (isImport) return isProved(said) ? said : { ...said, state: 'pending', method: 'import' };
  const needsConfirming = said.asksForDoubleOptIn === true || wantsDoubleOptIn(topics, said, whose);
  return needsConfirming && isUnconfirmed(said) ? { ...said, state: 'pending' } : said;
}

function isProved({ evidence, text, textHash, sourceUrl }: ConsentSaid): boolean {
  return [evidence, text, textHash, sourceUrl].some((value) => value !== null && value !== undefined);
}

function isUnconfirmed({ legalBasis, confirmedAt }: ConsentSaid): boolean {
  return (legalBasis ?? 'consent') === 'consent' && (confirmedAt ?? null) === null;
}

/** Does the policy want a yes to this topic on this channel confirmed, by this person? */
function wantsDoubleOptIn(
  { topics }: TopicPolicy,
  { channel, topic }: Pick<ConsentRecord, 'channel' | 'topic'>,
  { person, shop }: Consenting,
): boolean {
  return topics.some(({ id, doubleOptIn, doubleOptInCountries: countries = {} }) => {
    if (id !== topic) return false;
    const some = countries[channel];
    return doubleOptIn.includes(channel) || (some !== undefined && countsFor(some, person, shop));
  });
}

/** The pending acts that a confirmation may still make count: neither confirmed, nor refused since, nor in quarantine. */
export function openRequests<R extends ConsentRecord & Pick<ConsentProof, 'confirmedAt'>>(records: readonly R[]): readonly R[] {
  const ends = records.filter(({ state }) => isRefusal(state));
  return records.filter(
    (record) =>
      record.state === 'pending' &&
      record.method !== 'import' &&
      (record.confirmedAt ?? null) === null &&
      !ends.some((end) => end.channel === record.channel && (end.topic === record.topic || isBroadRefusal(end)) && end.at >= record.at),
  );
}

function isBroadRefusal({ topic, state }: ConsentRecord): boolean {
  return topic === 'marketing' && isRefusal(state);
}

/** An act of the ledger that a request was, or will be, sent for. */
interface PendingAct extends ConsentRecord, ConsentProof {
  readonly seq: number;
}

/** What was asked for on this channel and may still be confirmed at `at`. */
export function confirmable<R extends PendingAct>(records: readonly R[], channel: Channel, at: Instant): readonly R[] {
  return openRequests(records).filter((record) => {
    const requestedAt = record.requestedAt ?? null;
    return record.channel === channel && requestedAt !== null && at < requestedAt + confirmWithinMs;
  });
}

/** The acts that a confirmation is, one for each topic: each repeats the words of what it confirms, and points to it. */
export function confirmations(requests: readonly PendingAct[], at: Instant): readonly Omit<ConsentSaid, 'channel'>[] {
  const byTopic = new Map(requests.map((request) => [request.topic, request]));
  return [...byTopic.values()].map(({ seq, topic, text, textHash, locale, source, sourceUrl, requestedAt, expiresAt }) => ({
    topic,
    state: 'granted',
    method: 'double-opt-in',
    source,
    text: text ?? null,
    textHash: textHash ?? null,
    locale: locale ?? null,
    sourceUrl: sourceUrl ?? null,
    requestedAt: requestedAt ?? null,
    confirmedAt: at,
    expiresAt: expiresAt ?? null,
    evidence: `consent/${seq}`,
  }));
}
