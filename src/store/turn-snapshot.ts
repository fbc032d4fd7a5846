import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Cart, CartLine } from '../domain/carts/cart.js';
import type { ConsentRecord } from '../domain/consent/consent.js';
import { parseEngagement } from '../domain/engagement/state.js';
import { cartIn } from '../domain/events/subject.js';
import { type Channel, channelsWith } from '../domain/messages/channel.js';
import { sharersAtMost } from '../domain/people/sharing.js';
import { hour, type Instant } from '../domain/time/instant.js';
import type { CartId, EntryId, JourneyId, ProfileId } from '../domain/values/ids.js';
import { type AskedSource, readKnown, selectKnown } from '../knowledge/load.js';
import type { TurnEntry, TurnFacts, TurnMessage, TurnProfile, TurnRows } from '../turn/world.js';
import { consentRecordPairs, isImported } from './consents.js';
import type { Db, Trx } from './db.js';
import { type EngagementHistoryJson, selectEngagementHistory, toEngagementHistory } from './engagement.js';
import { readInput, readState } from './entry-json.js';
import { selectHolds } from './holds.js';
import { isUser } from './identities.js';
import { isHuman } from './interactions.js';
import { mayHaveLeftAt } from './may-have-left.js';
import { inOneTrip } from './one-trip.js';
import type { CartsTable, EntriesTable, ProfilesTable } from './schema.js';
import { type PersonTerms, selectSharing, type Term } from './sharing.js';
import { toAbout } from './subjects.js';

export const entryWithVersion = sql`e.*, j.state as journey_state, v.version as version_in_force, v.hash
  from entries e join journeys j on j.id = e.journey_id
    join journey_versions v on v.journey_id = e.journey_id and v.version = coalesce(e.version, j.live_version)`;

/** Reads an entry with its profile and cart, without locks. Null: there is no such entry. One statement. */
export async function readTurnRows(db: Db | Trx, entryId: string): Promise<TurnRows | null> {
  const { rows } = await sql<TurnRowsJson>`
    with e as (select ${entryWithVersion} where e.id = ${entryId})
    select to_jsonb(e) as entry, to_jsonb(p) as profile, to_jsonb(c) as cart
    from e join profiles p on p.id = e.profile_id left join carts c on c.id = e.cart_id`.execute(db);
  return toTurnRows(rows[0]);
}

/**
 * Locks profile, its addresses, cart and entry, in this order, and reads them, and then all other facts under the locks: two statements in
 * one round trip. Null: one of them is gone, or the entry has moved to another profile or cart than when it was seen, so other rows must be
 * locked.
 */
export async function lockTurn(
  trx: Trx,
  seen: Pick<TurnEntry, 'id' | 'profileId' | 'about'>,
  asked: TurnQuestion,
): Promise<({ readonly rows: TurnRows } & TurnRead) | null> {
  const [[locked], [read]] = await inOneTrip(trx, selectLocked(seen, asked.addressHashes), selectTurnFacts(termsOf(asked)));
  const rows = toTurnRows(locked);
  if (rows === null || rows.entry.profileId !== seen.profileId || cartIn(rows.entry.about) !== cartIn(seen.about)) return null;
  return { rows, ...toTurnRead(read, asked) };
}

/**
 * Each part has a condition on the one before, which PostgreSQL must have run by then; a row that changed while it was waited for is read
 * as it is now. What else a turn reads must come in a later statement, which sees what was committed meanwhile.
 */
function selectLocked(seen: Pick<TurnEntry, 'id' | 'profileId' | 'about'>, addressHashes: readonly string[]): RawBuilder<TurnRowsJson> {
  // Turns of people who share an inbox or a number count its messages one after the other. Nobody who holds such a lock waits for another
  // profile.
  const profile = sql`own as materialized (select * from profiles where id = ${seen.profileId} for update),
    inbox as materialized (select count(pg_advisory_xact_lock(key)) as held from (
      select unnest(${addressHashes.map(lockKeyOf)}::bigint[]) as key where exists (select 1 from own)) keys),
    p as materialized (select own.* from own, inbox where inbox.held >= 0)`;
  const entry = (before: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`e as materialized (select ${entryWithVersion} where e.id = ${seen.id} and exists (select 1 from ${before}) for update of e)`;
  const cartId = cartIn(seen.about);
  return cartId === null
    ? sql<TurnRowsJson>`with ${profile}, ${entry(sql`p`)}
          select to_jsonb(e) as entry, to_jsonb(p) as profile, null::jsonb as cart from e join p on true`
    : sql<TurnRowsJson>`with ${profile},
          c as materialized (select * from carts where id = ${cartId} and exists (select 1 from p) for update), ${entry(sql`c`)}
          select to_jsonb(e) as entry, to_jsonb(p) as profile, to_jsonb(c) as cart from e join c on true join p on true`;
}

/** The first 64 bits of a keyed hash, as text of a signed number. */
export function lockKeyOf(hash: string): string {
  return BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`)).toString();
}

export interface TurnRowsJson {
  readonly entry: Selectable<EntriesTable> & {
    readonly journey_state: TurnEntry['journeyState'];
    readonly version_in_force: number;
    readonly hash: string;
  };
  readonly profile: Pick<Selectable<ProfilesTable>, 'id' | 'traits' | 'email' | 'phone' | 'last_instant' | 'engagement'>;
  readonly cart: Selectable<CartsTable> | null;
}

export function toTurnRows(row: TurnRowsJson | undefined): TurnRows | null {
  return row === undefined
    ? null
    : { entry: toEntry(row.entry), profile: toProfile(row.profile), cart: row.cart === null ? null : toCart(row.cart) };
}

function toEntry(row: TurnRowsJson['entry']): TurnEntry {
  return {
    id: row.id as EntryId,
    journeyId: row.journey_id as JourneyId,
    version: row.version_in_force,
    definitionHash: row.hash,
    journeyState: row.journey_state,
    profileId: row.profile_id as ProfileId,
    entryKey: row.entry_key,
    about: toAbout(row),
    state: row.state,
    activity: row.activity,
    data: readState(row.data),
    instruction: row.instruction,
    dueAt: row.due_at,
    outcome: row.outcome,
    createdAt: row.created_at,
    enteredAt: row.entered_at,
  };
}

function toProfile(row: TurnRowsJson['profile']): TurnProfile {
  const { traits, email, phone, engagement } = row;
  return { id: row.id as ProfileId, traits, email, phone, engagement: parseEngagement(engagement), lastInstant: row.last_instant };
}

function toCart(row: Selectable<CartsTable>): Cart {
  return {
    id: row.id as CartId,
    profileId: row.profile_id as ProfileId,
    token: row.token,
    state: row.state,
    lines: row.lines as CartLine[],
    currency: row.currency,
    value: row.value,
    updatedAt: row.updated_at,
  };
}

/** The facts of a turn, and the keys of all pauses that are in force. */
export interface TurnRead {
  readonly facts: TurnFacts;
  readonly pauses: readonly string[];
}

/** What the facts of a turn are asked by. */
export interface TurnQuestion {
  readonly entry: Pick<TurnEntry, 'id' | 'journeyId' | 'createdAt'>;
  readonly profileId: ProfileId;
  /** What the journey asks about the person. */
  readonly asked: readonly AskedSource[];
  /** Messages from this instant on count under the caps. */
  readonly messagesSince: Instant;
  /** The instant of the turn, and the person's newest engagement before it. */
  readonly at: Instant;
  readonly engagedAt: Instant | null;
  /** Opens and clicks from before are a person's, unless something has shown otherwise. */
  readonly settledBefore: Instant;
  /** Of the person's number; null: they have none. Texts to it are counted from `at` − 1 h on, no further than `atMost`. */
  readonly textCountry: string | null;
  readonly textsAtMost: number;
  /** The person's addresses, and their keyed hashes in all spellings, ascending: whose inbox it is. */
  readonly email: string | null;
  readonly phone: string | null;
  readonly addressHashes: readonly string[];
  readonly suppressionHashes: Readonly<Partial<Record<Channel, readonly string[]>>>;
  /** Of the same addresses. */
  readonly unsubscribeHashes: Readonly<Partial<Record<Channel, readonly string[]>>>;
}

/** All other facts of a turn, in one statement. */
export async function readTurnFacts(db: Db | Trx, of: TurnQuestion): Promise<TurnRead> {
  return toTurnRead((await selectTurnFacts(termsOf(of)).execute(db)).rows[0], of);
}

/**
 * The same, for a person who has come by another address since they were seen: that inbox is locked too. Late in the order, and without
 * harm: who holds an address waits for nothing that this turn holds.
 */
export async function lockAndReadFacts(trx: Trx, of: TurnQuestion): Promise<TurnRead> {
  const [, [read]] = await inOneTrip(
    trx,
    sql`select pg_advisory_xact_lock(key) from unnest(${of.addressHashes.map(lockKeyOf)}::bigint[]) as keys(key)`,
    selectTurnFacts(termsOf(of)),
  );
  return toTurnRead(read, of);
}

const introducing = channelsWith(({ introducesItself }) => introducesItself);

/** A question as values, or as columns of a list of questions (`turn-snapshots.ts`): the same statement answers one or many. */
export interface FactTerms extends PersonTerms {
  readonly entryId: Term<EntryId>;
  readonly journeyId: Term<JourneyId>;
  readonly createdAt: Term<Instant>;
  readonly messagesSince: Term<Instant>;
  readonly settledBefore: Term<Instant>;
  readonly textCountry: Term<string | null>;
  readonly addressHashes: Term<readonly string[]>;
  /** Pairs of channel and hash, for `in (…)`; null: there are none. */
  readonly suppressed: RawBuilder<unknown> | null;
  readonly unsubscribed: RawBuilder<unknown> | null;
  readonly known: RawBuilder<unknown>;
  readonly textsAtMost: number;
}

function termsOf(of: TurnQuestion): FactTerms {
  const { entry, profileId } = of;
  const pairs = (hashes: TurnQuestion['suppressionHashes']): RawBuilder<unknown> | null => {
    const all = pairsOf(hashes);
    return all.length === 0 ? null : sql.join(all);
  };
  return {
    ...of,
    entryId: entry.id,
    journeyId: entry.journeyId,
    createdAt: entry.createdAt,
    suppressed: pairs(of.suppressionHashes),
    unsubscribed: pairs(of.unsubscribeHashes),
    known: selectKnown(of.asked, { entryId: entry.id, profileId }),
  };
}

export function selectTurnFacts(of: FactTerms): RawBuilder<TurnFactsRow> {
  const { entryId, profileId } = of;
  const isIn = (pairs: RawBuilder<unknown>): RawBuilder<unknown> => sql`(channel, hash) in (${pairs})`;
  // Asked once for all acts: which of them an import told matters only where an address was unsubscribed.
  const isAnyUnsubscribed = of.unsubscribed === null ? sql`false` : sql`exists (select from suppressions where ${isIn(of.unsubscribed)})`;
  return sql<TurnFactsRow>`with sharing as materialized (${selectSharing(of)}),
    inbox as materialized (select id from sharing where (select count(*) from sharing) <= ${sharersAtMost})
    select
    (select json_agg(json_build_object('seq', seq, 'input', input) order by seq) from entry_inputs
      where entry_id = ${entryId} and consumed_at is null) as inputs,
    ${of.known} as known,
    (select json_agg(json_build_object(${consentRecordPairs}, 'isImported', case when ${isAnyUnsubscribed} then ${isImported} end) order by seq)
      from consents where profile_id = ${profileId}) as consents,
    (select max(at) from facts where profile_id in (select id from inbox) and name = 'order.paid' and at >= ${of.createdAt}) as inbox_order_at,
    (select json_agg(json_build_object('id', m.id, 'isOfAnother', m.profile_id <> ${profileId}, 'entryId', m.entry_id, 'entryKey', e.entry_key,
        'entryEndedAt', e.finished_at, 'journeyId', m.journey_id, 'step', m.step, 'visit', m.visit,
        'channel', m.channel, 'class', m.class, 'topic', m.topic, 'priority', m.priority, 'countsTowardCap', m.counts_toward_cap, 'state', m.state,
        'reason', m.reason, 'slotAt', m.slot_at, 'deadlineAt', m.deadline_at, 'leaseReal', m.lease_real,
        'mayHaveLeftAt', ${mayHaveLeftAt},
        'attempts', (select json_agg(json_build_object('n', a.n, 'outcome', a.outcome, 'providerId', a.provider_id) order by a.n)
          from attempts a where m.entry_id = ${entryId} and a.message_id = m.id),
        'receipts', (select json_agg(r.status order by r.seq) from receipts r where m.entry_id = ${entryId} and r.message_id = m.id),
        'interactions', (select json_agg(distinct case i.kind when 'click' then 'clicked' else 'opened' end) from interactions i
          where m.entry_id = ${entryId} and i.message_id = m.id and ${isHuman(of.settledBefore)}),
        'lookFailures', (select count(*) from verdicts v where m.entry_id = ${entryId} and v.message_id = m.id and v.detail ->> 'rule' = 'order-lookup')))
      from (select * from messages where profile_id = ${profileId} and origin <> 'test' and (entry_id = ${entryId} or slot_at > ${of.messagesSince})
        union all select * from messages where address_hash = any(${of.addressHashes}::text[]) and profile_id <> ${profileId} and origin <> 'test'
          and slot_at > ${of.messagesSince}) m left join entries e on e.id = m.entry_id) as messages,
    ${of.suppressed === null ? sql`null::json` : sql`(select json_object_agg(channel, reason order by created_at desc) from suppressions where ${isIn(of.suppressed)})`} as suppressions,
    ${of.unsubscribed === null ? sql`null::json` : sql`(select json_object_agg(channel, created_at order by created_at) from suppressions where ${isIn(of.unsubscribed)})`} as unsubscribed_at,
    ${selectHolds(of)} as holds,
    (select json_agg(key) from controls where key like 'pause:%') as pauses,
    (select min(value) from identities where profile_id = ${profileId} and ${isUser}) as user_id,
    exists (select 1 from messages where profile_id = ${profileId} and channel = any(${introducing}::text[]) and accepted_at is not null) as texted_before,
    (select count(*) from (select 1 from messages where country = ${of.textCountry} and submitted_at > ${of.at}::bigint - ${hour}::bigint limit ${of.textsAtMost}) texts)
      as texts_in_hour,
    (select json_build_object('lastEnteredAt', max(entered_at),
        'lastOfKeyAt', max(entered_at) filter (where entry_key = (select entry_key from entries where id = ${entryId})), 'open', count(*) filter (where state = 'open'))
      from entries where profile_id = ${profileId} and journey_id = ${of.journeyId} and id <> ${entryId}) as others,
    ${selectEngagementHistory(of)} as history,
    real_now_ms() as real_now`;
}

export function toTurnRead(row: TurnFactsRow | undefined, { asked }: TurnQuestion): TurnRead {
  if (!row) throw new Error('The facts of a turn could not be read: a select without a table always has one row.');
  return { facts: toTurnFacts(row, asked), pauses: row.pauses ?? [] };
}

function toTurnFacts(row: TurnFactsRow, asked: readonly AskedSource[]): TurnFacts {
  return {
    inputs: (row.inputs ?? []).map(({ seq, input }) => ({ seq, input: readInput(input) })),
    known: readKnown(asked, row.known),
    consents: row.consents ?? [],
    messages: (row.messages ?? []).map(({ interactions, ...message }) => ({
      ...message,
      attempts: message.attempts ?? [],
      receipts: [...(message.receipts ?? []), ...(interactions ?? [])],
    })),
    holds: row.holds ?? [],
    suppressions: row.suppressions ?? {},
    unsubscribedAt: row.unsubscribed_at ?? {},
    inboxOrderAt: row.inbox_order_at,
    userId: row.user_id,
    textedBefore: row.texted_before,
    textsInHour: row.texts_in_hour,
    lastEnteredAt: row.others.lastEnteredAt,
    lastOfKeyAt: row.others.lastOfKeyAt,
    openOthers: row.others.open,
    history: toEngagementHistory(row.history),
    realNow: row.real_now,
  };
}

export interface TurnFactsRow {
  readonly inputs: TurnFacts['inputs'] | null;
  readonly known: Readonly<Record<string, unknown>> | null;
  readonly consents: readonly ConsentRecord[] | null;
  readonly messages:
    | readonly (Omit<TurnMessage, 'attempts' | 'receipts'> & {
        readonly attempts: TurnMessage['attempts'] | null;
        readonly receipts: readonly string[] | null;
        readonly interactions: readonly string[] | null;
      })[]
    | null;
  readonly holds: TurnFacts['holds'] | null;
  readonly suppressions: TurnFacts['suppressions'] | null;
  readonly unsubscribed_at: TurnFacts['unsubscribedAt'] | null;
  readonly pauses: readonly string[] | null;
  readonly user_id: string | null;
  readonly inbox_order_at: Instant | null;
  readonly texted_before: boolean;
  readonly texts_in_hour: number;
  readonly others: { readonly lastEnteredAt: Instant | null; readonly lastOfKeyAt: Instant | null; readonly open: number };
  readonly history: EngagementHistoryJson;
  readonly real_now: number;
}

function pairsOf(hashes: TurnQuestion['suppressionHashes']): readonly RawBuilder<unknown>[] {
  return Object.entries(hashes).flatMap(([channel, spellings]) => spellings.map((hash) => sql`(${channel}, ${hash})`));
}
