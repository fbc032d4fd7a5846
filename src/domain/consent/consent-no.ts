import { type Channel, channelKind, channels } from '../messages/channel.js';
import { isRecord } from '../values/is-record.js';
import type { ConsentRecord } from './consent.js';
import { describedIn, type Fields } from './consent-fields.js';
import type { ConsentSaid } from './double-opt-in.js';

/** Acts of a no, and codes for what was taken wider than it was said. */
export interface Refusals {
  readonly said: readonly ConsentSaid[];
  readonly notes: readonly string[];
}

/**
 * A no, read as widely as possible: without a channel, or with an unknown one, it is about all; without a topic that can be read, about
 * `marketing`. Unreadable fields of proof and description are ignored. Only a no about nothing but unsupported channels (`push`) has no
 * effect; it gets the note `refusal-elsewhere`.
 */
export function readRefusals(fields: Fields, state: 'denied' | 'withdrawn', context: Fields): Refusals {
  const about = channelsOf(fields['channel'] ?? fields['channels']);
  const topics = topicsOf(fields['topic'] ?? fields['topics']);
  const said = about.channels.flatMap((channel) => topics.names.map((topic) => refusal(fields, { channel, topic, state }, context)));
  const isWider = about.isWider || topics.isWider;
  return { said, notes: about.channels.length === 0 ? ['refusal-elsewhere'] : isWider ? ['refusal-widened'] : [] };
}

/** The state of an act in a list that is a no, in the words of many systems. Null: it is none. */
export function refusalState(value: unknown): 'denied' | 'withdrawn' | null {
  if (value === false) return 'denied';
  return typeof value === 'string' ? (statesOfNo.get(wordOf(value)) ?? null) : null;
}

const statesOfNo: ReadonlyMap<string, 'denied' | 'withdrawn'> = new Map([
  ...['denied', 'deny', 'declined', 'rejected', 'refused', 'no', 'false', 'not_granted', 'never_subscribed'].map(
    (word) => [word, 'denied'] as const,
  ),
  ...['withdrawn', 'revoked', 'unsubscribed', 'unsubscribe', 'opted_out', 'opt_out', 'optout', 'optedout', 'removed', 'cancelled'].map(
    (word) => [word, 'withdrawn'] as const,
  ),
]);

function refusal(fields: Fields, about: Pick<ConsentRecord, 'channel' | 'topic' | 'state'>, context: Fields): ConsentSaid {
  return {
    ...about,
    ...describedIn(fields, context),
    // A no needs no proof against the person.
    ip: null,
    userAgent: null,
    legalBasis: null,
    expiresAt: null,
    requestedAt: null,
    confirmedAt: null,
    asksForDoubleOptIn: false,
  };
}

const channelWords: Readonly<Record<string, readonly Channel[]>> = {
  ...Object.fromEntries(
    ['push', 'web_push', 'webpush', 'browser', 'in_app', 'inapp', 'whatsapp', 'messenger', 'fax', 'post', 'letter', 'letters', 'print'].map(
      (word) => [word, []],
    ),
  ),
  // Last: what this build has is no stranger, whatever it is called above.
  ...Object.fromEntries(channels.flatMap((channel) => channelKind(channel).words.alsoCalled.map((word) => [word, [channel]]))),
};

function channelsOf(value: unknown): { readonly channels: readonly Channel[]; readonly isWider: boolean } {
  const words = wordsOf(value);
  const known = words.map((word) => (Object.hasOwn(channelWords, word) ? channelWords[word] : undefined));
  if (known.length === 0 || known.includes(undefined)) return { channels, isWider: !words.some((word) => allWords.has(word)) };
  const named = known.flatMap((some) => some ?? []);
  return { channels: channels.filter((channel) => named.includes(channel)), isWider: false };
}

const allWords: ReadonlySet<string> = new Set(['all', 'any', 'both', 'everything', '*']);

/** A topic is written as it is in `policies/topics.yaml`, whatever its case, blanks and hyphens. */
function topicsOf(value: unknown): { readonly names: readonly string[]; readonly isWider: boolean } {
  if (value === undefined || value === null || value === '') return { names: ['marketing'], isWider: false };
  const words = wordsOf(value);
  const isReadable = words.length > 0 && words.every((word) => /^[a-z][a-z0-9_]{0,63}$/.test(word));
  if (!isReadable || words.some((word) => allWords.has(word))) return { names: ['marketing'], isWider: !isReadable };
  return { names: [...new Set(words)], isWider: false };
}

/**
 * Words of a text, of a list, or of an object in which they are keys (`{ email: false }`); what is none of these gives a word that nobody
 * knows.
 */
function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string')
    return value
      .split(/[,;|/&]/)
      .map(wordOf)
      .filter((word) => word !== '');
  if (Array.isArray(value)) return (value as readonly unknown[]).flatMap((one) => (typeof one === 'string' ? wordsOf(one) : ['?']));
  if (isRecord(value)) return Object.keys(value).map(wordOf);
  return value === undefined || value === null ? [] : ['?'];
}

function wordOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}]/gu, '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
