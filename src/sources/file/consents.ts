import { type Channel, channels } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Fields } from '../source.js';
import { type ConsentWord, readConsentWord, type StateWords } from './consent-words.js';
import type { BoundMapping } from './mapping.js';
import type { Row } from './row.js';
import type { AddressRefusal, EventDraft, FileFacts, RowSaid, Who } from './said.js';
import { addressFor, readWho } from './who.js';

/** What columns say of one consent. */
interface Told {
  readonly word: ConsentWord;
  readonly channel: Channel;
  readonly topic: string;
  readonly at: Instant | null;
  readonly confirmedAt: Instant | null;
  readonly source: string | null;
  readonly evidence: string | null;
  readonly text: string | null;
  readonly ip: string | null;
}

/** A line of a list of consents, of unsubscribes, or of addresses that get nothing. */
export function readConsentLine(row: Row, mapping: BoundMapping, facts: FileFacts): RowSaid {
  const who = readWho(row);
  const channel = channelIn(row);
  const told = channel === null ? null : tellConsent(row, mapping.states, { under: '', channel, topic: row.text('topic') ?? 'marketing' });
  const [fault] = row.faults;
  if (fault !== undefined) return { kind: 'faulty', ...fault };
  if (told === null || told.word === 'silent') return { kind: 'silent', reason: 'says-nothing' };
  const refusals = refusalsOf(told, who);
  const act = actOf(told, mapping, facts);
  const isCovered = refusals.length > 0 && who.userId === null;
  if (act === null || isCovered) return refusals.length > 0 ? { kind: 'said', who, events: [], refusals, products: [] } : nowhere;
  return { kind: 'said', who, events: [eventOf(act)], refusals, products: [] };
}

const nowhere: RowSaid = {
  kind: 'faulty',
  reason: 'no-address',
  detail:
    'The line says no for a channel, and has no address of that channel that can be read: write numbers in full, with their country code.',
};

/** Consents that stand in a line beside other things: acts of an identify, and addresses that get nothing more. */
export function consentsBeside(
  row: Row,
  mapping: BoundMapping,
  facts: FileFacts,
  who: Who,
): { readonly acts: readonly Fields[]; readonly refusals: readonly AddressRefusal[] } {
  const told = mapping.consents.flatMap(
    ({ under, channel, topic, ...words }) => tellConsent(row, words, { under: `${under}.`, channel, topic }) ?? [],
  );
  return {
    acts: told.map((one) => actOf(one, mapping, facts)).filter((act) => act !== null),
    refusals: told.flatMap((one) => refusalsOf(one, who)),
  };
}

function channelIn(row: Row): Channel | null {
  const written = row.text('channel')?.toLowerCase() ?? null;
  if (written === null) {
    row.missing('channel', `say one of ${channels.join(', ')}.`);
    return null;
  }
  const channel = channels.find((one) => one === written) ?? null;
  if (channel === null) row.refuse('channel', 'unknown-channel', `it must be one of ${channels.join(', ')}.`);
  return channel;
}

function tellConsent(
  row: Row,
  words: StateWords,
  { under, channel, topic }: { readonly under: string } & Pick<Told, 'channel' | 'topic'>,
): Told | null {
  const word = readConsentWord(row.text(`${under}state`), words);
  if (word === null) {
    row.refuse(
      `${under}state`,
      'unknown-state',
      'it is neither a yes nor a no that is known. Name it in the mapping, under `granted`, `refused` or `silent`.',
    );
    return null;
  }
  // A no counts with any date: one that cannot be read is that of the file.
  const before = row.faults.length;
  const at = row.when(`${under}at`);
  const confirmedAt = row.when(`${under}confirmed_at`);
  if (word !== 'granted') row.faults.length = before;
  return {
    word,
    channel,
    topic,
    at,
    confirmedAt,
    source: row.text(`${under}source`),
    evidence: row.text(`${under}evidence`),
    text: row.text(`${under}text`),
    ip: row.text(`${under}ip`),
  };
}

/** A no about all marketing holds for the address, for everyone who has it; one about a topic is the person's. */
function refusalsOf({ word, channel, topic, at }: Told, who: Who): readonly AddressRefusal[] {
  if (word !== 'bounced' && word !== 'complained' && !(word === 'withdrawn' && topic === 'marketing')) return [];
  const address = addressFor(channel, who);
  return address === null ? [] : [{ channel, address, reason: word === 'withdrawn' ? 'unsubscribed' : word, at }];
}

/**
 * As an act of the trait `consents`. Null: the address alone says it. A yes that says no date has no evidence, unless the mapping says so.
 */
function actOf(told: Told, { undated }: BoundMapping, { asOf, file }: FileFacts): Fields | null {
  const { word, channel, topic, at, confirmedAt, source, evidence, text, ip } = told;
  if (word === 'silent' || word === 'bounced') return null;
  const about = { channel, topic, method: 'import', source: source ?? 'import', at: new Date(at ?? asOf).toISOString() };
  if (word !== 'granted') return { ...about, state: word === 'denied' ? 'denied' : 'withdrawn' };
  const isProved = at !== null || undated === 'as-of';
  const proof = isProved ? given({ evidence: evidence === null ? null : `${evidence} (${file})`, text, ip }) : {};
  return {
    ...about,
    state: 'granted',
    ...proof,
    ...(confirmedAt === null ? {} : { double_opt_in_confirmed_at: new Date(confirmedAt).toISOString() }),
  };
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function eventOf({ state, at, ...properties }: Fields): EventDraft {
  const event = state === 'granted' ? 'Consent Granted' : state === 'denied' ? 'Consent Denied' : 'Consent Revoked';
  return { type: 'track', event, properties, traits: {}, at: Date.parse(String(at)) };
}
