import { type AddressKey, spellingsOf, suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import type { ShopEvent } from '../../domain/events/event.js';
import { keptOwnEvent, ownIncoming, ownSource } from '../../domain/events/own-event.js';
import type { Speaker } from '../../domain/keys/speaker.js';
import { addressOf, channels, type MessageClass, normaliseAddress } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { CartId, JourneyId, MessageId, ProfileId, StepId } from '../../domain/values/ids.js';
import { contactPoints } from '../../projection/contact-points.js';
import type { Recorded, RecordedEvent, RecordedMessage, RecordedRefusal, RecordedTrait } from '../../replay/recorded.js';
import { readOne } from '../../sources/kit/read-one.js';
import { findSource } from '../../sources/letter-source.js';
import { segment } from '../../sources/segment/source.js';
import { type ReplayRange, readRecorded, readRefusals, type StoredRecorded, type StoredReplayEvent } from '../../store/replay-read.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'secret' | 'shop' | 'placeholderIds'>;

/** People who are played together, with what is recorded of them. `unreadable`: events whose payload says nothing any more. */
export interface ReadGroup {
  readonly recorded: Recorded;
  readonly unreadable: number;
}

export interface ReadHow {
  readonly range: ReplayRange;
  readonly journeys: readonly string[];
  /** Opens and clicks from before are a person's, unless something has shown otherwise. */
  readonly settledBefore: Instant;
  readonly rest: () => Promise<void>;
}

/**
 * The recorded data of groups of people, ready to be played. Seven statements for all of them, each part in a transaction that can write
 * nothing; `rest` is awaited in between, since events are read one by one.
 */
export async function readRecordedGroups(
  deps: Deps,
  groups: readonly (readonly string[])[],
  { range, rest, ...asked }: ReadHow,
): Promise<readonly ReadGroup[]> {
  const stored = await deps.store.snapshot((trx) => readRecorded(trx, groups.flat(), range, asked));
  const read: { readonly of: StoredRecorded; readonly events: readonly RecordedEvent[]; readonly asked: Asked }[] = [];
  for (const of of partedBy(groups, stored)) {
    const events = await readEvents(deps, of, rest);
    read.push({ of, events, asked: askedAddresses(deps, of, events) });
  }
  const hashes = [...new Set(read.flatMap(({ asked }) => [...asked.keys()]))];
  const refusals = await deps.store.snapshot((trx) => readRefusals(trx, hashes, range.to));
  return read.map(({ of, events, asked }, index) => ({
    recorded: {
      people: groups[index] as readonly ProfileId[],
      events,
      consents: of.consents,
      traits: traitsOf(of),
      messages: of.messages.map(toMessage),
      answers: of.answers.map((row) => ({ ...row, profileId: row.profileId as ProfileId })),
      entries: of.entries.map((row) => ({ ...row, profileId: row.profileId as ProfileId, cartId: row.cartId as CartId | null })),
      refusals: refusals.flatMap(({ hash, reason, at }) => {
        const what = asked.get(hash);
        return what === undefined ? [] : [{ ...what, reason, at }];
      }),
    },
    unreadable: of.events.filter(({ isPlayed }) => !isPlayed).length - events.length,
  }));
}

async function readEvents(deps: Deps, { events }: StoredRecorded, rest: () => Promise<void>): Promise<readonly RecordedEvent[]> {
  const read: RecordedEvent[] = [];
  for (const row of events) {
    const event = row.isPlayed ? null : row.source === ownSource ? readOwn(row) : readStored(deps, row);
    if (event !== null) read.push(event);
    await rest();
  }
  return read;
}

function partedBy(groups: readonly (readonly string[])[], all: StoredRecorded): readonly StoredRecorded[] {
  const place = new Map(groups.flatMap((ids, index) => ids.map((id) => [id, index] as const)));
  const parts = groups.map(() => ({ people: [], events: [], consents: [], messages: [], answers: [], entries: [] }) as Parts);
  for (const person of all.people) parts[place.get(person.id) ?? 0]?.people.push(person);
  for (const event of all.events) parts[place.get(event.profileId) ?? 0]?.events.push(event);
  for (const act of all.consents) parts[place.get(act.profileId) ?? 0]?.consents.push(act);
  for (const message of all.messages) parts[place.get(message.profileId) ?? 0]?.messages.push(message);
  for (const answer of all.answers) parts[place.get(answer.profileId) ?? 0]?.answers.push(answer);
  for (const entry of all.entries) parts[place.get(entry.profileId) ?? 0]?.entries.push(entry);
  return parts;
}

type Parts = { readonly [Name in keyof StoredRecorded]: StoredRecorded[Name][number][] };

function toMessage(row: StoredRecorded['messages'][number]): RecordedMessage {
  return {
    ...row,
    id: row.id as MessageId,
    profileId: row.profileId as ProfileId,
    journeyId: row.journeyId as JourneyId | null,
    step: row.step as StepId | null,
    class: row.class as MessageClass,
    countsTowardCap: row.countsTowardCap ?? undefined,
  };
}

/** Null: the payload is gone (an erase), or cannot be read by this build. */
function readStored({ placeholderIds }: Deps, row: StoredReplayEvent): RecordedEvent | null {
  const { origin, receivedAt, occurredAt, messageId } = row;
  const source = findSource(row.source ?? segment.id);
  if (source === null) return null;
  const voice = { speaker: speakerOf(row), note: null };
  const reading = readOne(source, row.payload, { origin, receivedAt, rate: 1, placeholderIds, speakerOf: () => voice });
  if (reading.kind === 'rejected') return null;
  // When it happened was decided when it came.
  const event: ShopEvent = { ...reading.incoming.event, messageId, occurredAt, receivedAt, origin };
  return { profileId: row.profileId as ProfileId, incoming: { ...reading.incoming, event } };
}

/** Null: the payload is gone. */
function readOwn({ messageId, profileId, payload, occurredAt }: StoredReplayEvent): RecordedEvent | null {
  const own = keptOwnEvent({ messageId, payload, profileId: profileId as ProfileId, at: occurredAt });
  return own === null ? null : { profileId: own.profileId, incoming: ownIncoming(own, {}), own };
}

/** User tokens are kept nowhere: a browser was vouched for where ingest noted nothing that speaks against it. */
const unvouched: ReadonlySet<string> = new Set([
  'user-not-vouched',
  'address-not-vouched',
  'cart-not-vouched',
  'service-not-vouched',
  'objection-stands',
  'yes-to-confirm',
  'token-signature',
  'token-expired',
  'token-claims',
  'token-of-another',
]);

function speakerOf({ keyId, keyKind, notes }: StoredReplayEvent): Speaker {
  const isVouched = keyKind !== 'browser' || !notes.some((note) => unvouched.has(note));
  return { kind: keyKind ?? 'server', keyId, lineage: keyId, vouchesUser: isVouched, vouchesPrevious: isVouched && keyKind !== 'browser' };
}

/** A trait said at an instant at which no event happened was said by a page, the API or an agent. */
function traitsOf({ people, events }: StoredRecorded): readonly RecordedTrait[] {
  const told = new Map<string, Set<number>>(people.map(({ id }) => [id, new Set()]));
  for (const { profileId, occurredAt } of events) told.get(profileId)?.add(occurredAt);
  return people.flatMap(({ id, traits, traitTimes }) =>
    Object.entries(traitTimes)
      .filter(([, at]) => !told.get(id)?.has(at))
      .map(([name, at]) => ({ profileId: id as ProfileId, name, value: traits[name] ?? null, at })),
  );
}

type Asked = ReadonlyMap<string, Omit<RecordedRefusal, 'reason' | 'at'>>;

/** Keyed hashes of all addresses that the people have or had, and which address each is. */
function askedAddresses({ secret, shop }: Deps, { people }: StoredRecorded, events: readonly RecordedEvent[]): Asked {
  const told = events.flatMap(({ incoming: { event } }) =>
    event.type === 'identify' ? [{ ...contactPoints(event.traits, shop.country), traits: event.traits }] : [],
  );
  const all = new Map([...people, ...told].map((said) => [JSON.stringify(channels.map((channel) => addressOf(said, channel))), said]));
  return new Map(
    [...all.values()].flatMap((addresses) => [
      ...spelled('suppressed', suppressionKeys(secret, addresses), addresses),
      ...spelled('unsubscribed', unsubscribeKeys(secret, addresses), addresses),
    ]),
  );
}

function spelled(kind: RecordedRefusal['kind'], keys: readonly AddressKey[], addresses: Parameters<typeof addressOf>[0]) {
  return keys.flatMap((key) => {
    const { channel } = key;
    const address = normaliseAddress(channel, addressOf(addresses, channel));
    return address === null ? [] : spellingsOf(key).map((hash) => [hash, { kind, channel, address }] as const);
  });
}
