import { type RawBuilder, sql } from 'kysely';
import type { TurnEntry, TurnRows } from '../turn/world.js';
import type { Db, Trx } from './db.js';
import { inOneTrip } from './one-trip.js';
import {
  entryWithVersion,
  type FactTerms,
  lockKeyOf,
  selectTurnFacts,
  type TurnFactsRow,
  type TurnQuestion,
  type TurnRead,
  type TurnRowsJson,
  toTurnRead,
  toTurnRows,
} from './turn-snapshot.js';
import { rowsOf } from './write-together.js';

// What turn-snapshot.ts does for one entry, for many at once: entries without a cart that ask for no knowledge of their own, as those of a
// broadcast.

/**
 * Entries with their profiles, without locks, in the order of their ids. Those that are gone or have a cart are left out. One statement.
 */
export async function readManyTurnRows(db: Db | Trx, entryIds: readonly string[]): Promise<readonly TurnRows[]> {
  const { rows } = await sql<TurnRowsJson>`
    with e as (select ${entryWithVersion} where e.id = any(${entryIds}) and e.cart_id is null)
    select to_jsonb(e) as entry, to_jsonb(p) as profile, null::jsonb as cart from e join profiles p on p.id = e.profile_id order by e.id`.execute(
    db,
  );
  return rows.flatMap((row) => toTurnRows(row) ?? []);
}

/** The facts of all these turns, by their entries. One statement. */
export async function readManyTurnFacts(db: Db | Trx, of: readonly TurnQuestion[]): Promise<ReadonlyMap<string, TurnRead>> {
  return byEntry((await selectManyTurnFacts(of).execute(db)).rows, of);
}

/** One of many, locked and read. */
export interface LockedTurn extends TurnRead {
  readonly rows: TurnRows;
}

/**
 * Locks all profiles, then all addresses, then all entries, each ascending, as `lockTurn` does for one, and reads everything under the
 * locks: two statements in one round trip. By entry; one that is gone, or has moved to another profile, is left out.
 */
export async function lockManyTurns(
  trx: Trx,
  seen: readonly Pick<TurnEntry, 'id' | 'profileId'>[],
  asked: readonly TurnQuestion[],
): Promise<ReadonlyMap<string, LockedTurn>> {
  const [locked, read] = await inOneTrip(trx, selectManyLocked(seen, asked), selectManyTurnFacts(asked));
  const facts = byEntry(read, asked);
  const profiles = new Map(seen.map(({ id, profileId }) => [id as string, profileId]));
  return new Map(
    locked.flatMap((row): readonly (readonly [string, LockedTurn])[] => {
      const rows = toTurnRows(row);
      const known = rows === null ? undefined : facts.get(rows.entry.id);
      if (rows === null || known === undefined || profiles.get(rows.entry.id) !== rows.entry.profileId) return [];
      return [[rows.entry.id, { rows, ...known }]];
    }),
  );
}

function selectManyLocked(seen: readonly Pick<TurnEntry, 'id' | 'profileId'>[], asked: readonly TurnQuestion[]): RawBuilder<TurnRowsJson> {
  const keys = [...new Set(asked.flatMap(({ addressHashes }) => addressHashes))].toSorted().map(lockKeyOf);
  return sql<TurnRowsJson>`with own as materialized (
      select * from profiles where id = any(${seen.map(({ profileId }) => profileId)}) order by id for update),
    inbox as materialized (select count(pg_advisory_xact_lock(key)) as held from (
      select unnest(${keys}::bigint[]) as key where exists (select 1 from own)) keys),
    p as materialized (select own.* from own, inbox where inbox.held >= 0),
    e as materialized (select ${entryWithVersion}
      where e.id = any(${seen.map(({ id }) => id)}) and e.cart_id is null and exists (select 1 from p) order by e.id for update of e)
    select to_jsonb(e) as entry, to_jsonb(p) as profile, null::jsonb as cart from e join p on p.id = e.profile_id`;
}

/** `entry_id`: whose facts these are. */
type ManyFactsRow = TurnFactsRow & { readonly entry_id: string };

function selectManyTurnFacts(of: readonly TurnQuestion[]): RawBuilder<ManyFactsRow> {
  return sql<ManyFactsRow>`select q.entry_id, f.* from ${rowsOf(of.map(questionRow))} as q(entry_id text, profile_id text, journey_id text, created_at bigint,
      messages_since bigint, at bigint, engaged_at bigint, settled_before bigint, text_country text, email text, phone text, address_hashes text[],
      suppressed_on text[], suppressed text[], unsubscribed_on text[], unsubscribed text[])
    cross join lateral (${selectTurnFacts({ ...columns, textsAtMost: of[0]?.textsAtMost ?? 0 })}) f`;
}

function questionRow(of: TurnQuestion) {
  const { entry } = of;
  const pairs = (hashes: TurnQuestion['suppressionHashes']) =>
    Object.entries(hashes).flatMap(([channel, spellings]) => spellings.map((hash) => ({ channel, hash })));
  const [suppressed, unsubscribed] = [pairs(of.suppressionHashes), pairs(of.unsubscribeHashes)];
  return {
    entry_id: entry.id,
    profile_id: of.profileId,
    journey_id: entry.journeyId,
    created_at: entry.createdAt,
    messages_since: of.messagesSince,
    at: of.at,
    engaged_at: of.engagedAt,
    settled_before: of.settledBefore,
    text_country: of.textCountry,
    email: of.email,
    phone: of.phone,
    address_hashes: of.addressHashes,
    suppressed_on: suppressed.map(({ channel }) => channel),
    suppressed: suppressed.map(({ hash }) => hash),
    unsubscribed_on: unsubscribed.map(({ channel }) => channel),
    unsubscribed: unsubscribed.map(({ hash }) => hash),
  };
}

const columns: Omit<FactTerms, 'textsAtMost'> = {
  entryId: sql.ref('q.entry_id'),
  profileId: sql.ref('q.profile_id'),
  journeyId: sql.ref('q.journey_id'),
  createdAt: sql.ref('q.created_at'),
  messagesSince: sql.ref('q.messages_since'),
  at: sql.ref('q.at'),
  engagedAt: sql.ref('q.engaged_at'),
  settledBefore: sql.ref('q.settled_before'),
  textCountry: sql.ref('q.text_country'),
  email: sql.ref('q.email'),
  phone: sql.ref('q.phone'),
  addressHashes: sql.ref('q.address_hashes'),
  suppressed: sql`select * from unnest(q.suppressed_on, q.suppressed)`,
  unsubscribed: sql`select * from unnest(q.unsubscribed_on, q.unsubscribed)`,
  known: sql`null::json`,
};

function byEntry(rows: readonly ManyFactsRow[], of: readonly TurnQuestion[]): ReadonlyMap<string, TurnRead> {
  const asked = new Map(of.map((question) => [question.entry.id as string, question]));
  return new Map(
    rows.flatMap((row): readonly (readonly [string, TurnRead])[] => {
      const question = asked.get(row.entry_id);
      return question === undefined ? [] : [[row.entry_id, toTurnRead(row, question)]];
    }),
  );
}
