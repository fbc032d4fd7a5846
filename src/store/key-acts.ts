import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Identity } from '../domain/people/identity.js';
import type { Instant } from '../domain/time/instant.js';
import type { NewKeyAct } from '../projection/rows.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

export function writeKeyActs(acts: readonly NewKeyAct[]): RawBuilder<unknown> | null {
  if (acts.length === 0) return null;
  return sql`insert into key_acts (key_id, profile_id, event_id, kind, at, received_at, kept)
    select "keyId", "profileId", "eventId", kind, at, "receivedAt", kept
    from ${rowsOf(acts.map((act, position) => ({ ...act, position })))}
      as r(position int, "keyId" text, "profileId" text, "eventId" text, kind text, at bigint, "receivedAt" bigint, kept jsonb)
    order by position returning 1`;
}

/** Which acts: of one key, that came in from `since` on and before `until`. */
export interface KeyActFilter {
  readonly keyId: string;
  /** Null: about anyone. */
  readonly profileId: string | null;
  readonly since: Instant | null;
  readonly until: Instant | null;
}

/** Something that a key said of a person, as it is listed: without the values. */
export interface KeyActRecord {
  readonly seq: number;
  readonly profileId: string;
  readonly eventId: string;
  readonly kind: NewKeyAct['kind'];
  /** Names of traits, `email marketing granted`, or kinds of ids and claims. */
  readonly what: readonly string[];
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly undoneAt: Instant | null;
}

/** The newest first, below the number `after`. */
export async function listKeyActs(db: Db, filter: KeyActFilter, limit: number, after: number | null): Promise<readonly KeyActRecord[]> {
  const { rows } = await sql<KeyActRecord>`
    select a.seq, a.profile_id as "profileId", a.event_id as "eventId", a.kind, a.at, a.received_at as "receivedAt", a.undone_at as "undoneAt",
      case a.kind
        when 'traits' then array(select jsonb_array_elements_text(a.kept->'changed'))
        when 'identity' then array(select a.kept->>'kind' where a.kept ? 'kind')
        when 'consent' then array(select c.channel || ' ' || c.topic || ' ' || coalesce(c.undone_state, c.state) from consents c
          where c.profile_id = a.profile_id and c.event_id = a.event_id order by c.seq)
        else array(select c.kind from claims c where c.profile_id = a.profile_id and c.event_id = a.event_id order by c.seq)
      end as what
    from key_acts a where ${conditionOf(filter)} and ${after === null ? sql`true` : sql`a.seq < ${after}`}
    order by a.seq desc limit ${limit}`.execute(db);
  return rows;
}

function conditionOf({ keyId, profileId, since, until }: KeyActFilter): RawBuilder<unknown> {
  const wanted = [
    sql<SqlBool>`a.key_id = ${keyId}`,
    profileId === null ? null : sql<SqlBool>`a.profile_id = ${profileId}`,
    since === null ? null : sql<SqlBool>`a.received_at >= ${since}`,
    until === null ? null : sql<SqlBool>`a.received_at < ${until}`,
  ].filter((condition) => condition !== null);
  return sql.join(wanted, sql` and `);
}

/** An act that can be undone, with what that takes. Personal data. */
export interface UndoableAct {
  readonly seq: number;
  readonly eventId: string;
  readonly kind: NewKeyAct['kind'];
  readonly at: Instant;
  readonly kept: NewKeyAct['kept'];
}

/** What of these acts is not undone yet, the newest first. The profile is locked. */
export async function readUndoable(trx: Trx, filter: KeyActFilter): Promise<readonly UndoableAct[]> {
  const { rows } = await sql<UndoableAct>`select a.seq, a.event_id as "eventId", a.kind, a.at, a.kept from key_acts a
    where ${conditionOf(filter)} and a.undone_at is null order by a.seq desc for update`.execute(trx);
  return rows;
}

export async function noteUndone(trx: Trx, seqs: readonly number[], at: Instant): Promise<void> {
  if (seqs.length > 0) await trx.updateTable('key_acts').set({ undone_at: at }).where('seq', 'in', seqs).execute();
}

/** Which traits of a person the key named, and when, also where that changed nothing. */
export async function readSaidTraits(
  trx: Trx,
  filter: KeyActFilter,
): Promise<readonly { readonly at: Instant; readonly names: readonly string[] }[]> {
  const { rows } = await sql<{ at: Instant; names: readonly string[] }>`
    select a.occurred_at as at, array(select jsonb_object_keys(a.payload->'traits')) as names from events a
    where ${conditionOf(filter)} and a.type = 'identify' and jsonb_typeof(a.payload->'traits') = 'object'`.execute(trx);
  return rows;
}

/**
 * What an event said of consent counts no more: its yeses, and its refusals where `alsoRefusals`. What was undone, and how many refusals
 * were left.
 */
export async function undoConsents(
  trx: Trx,
  profileId: string,
  eventIds: readonly string[],
  alsoRefusals: boolean,
): Promise<{ readonly undone: number; readonly left: ReadonlySet<string> }> {
  if (eventIds.length === 0) return { undone: 0, left: new Set() };
  const states = ['granted', 'pending', ...(alsoRefusals ? ['denied', 'withdrawn'] : [])];
  const told = sql`profile_id = ${profileId} and event_id = any(${eventIds}::text[])`;
  const { rows } = await sql`update consents set undone_state = state, state = 'expired' where ${told} and state = any(${states}::text[])
    returning 1`.execute(trx);
  const { rows: left } = await sql<{ id: string }>`select distinct event_id as id from consents
    where ${told} and state in ('denied', 'withdrawn')`.execute(trx);
  return { undone: rows.length, left: new Set(left.map(({ id }) => id)) };
}

/** Forgets claims of a key. How many. */
export async function undoClaims(trx: Trx, profileId: string, keyId: string, eventIds: readonly string[]): Promise<number> {
  if (eventIds.length === 0) return 0;
  const { rows } =
    await sql`delete from claims where profile_id = ${profileId} and key_id = ${keyId} and event_id = any(${eventIds}::text[])
    returning 1`.execute(trx);
  return rows.length;
}

/**
 * Takes an id from a person again, if it has not moved since; it goes back to whose it was, or to nobody. False: it had moved. Both are
 * locked.
 */
export async function undoIdentity(
  trx: Trx,
  { kind, value }: Identity,
  { profileId, linkedAt, backTo }: { readonly profileId: string; readonly linkedAt: Instant; readonly backTo: string | null },
): Promise<boolean> {
  const same = sql`kind = ${kind} and value = ${value} and profile_id = ${profileId} and created_at = ${linkedAt}`;
  const { rows } = await (backTo === null
    ? sql`delete from identities where ${same} returning 1`
    : sql`update identities set profile_id = ${backTo} where ${same} returning 1`
  ).execute(trx);
  return rows.length > 0;
}

/** Forgets acts of before, so many at most: they hold what people's traits were. */
export async function forgetKeyActs(db: Db | Trx, before: Instant, atMost: number): Promise<void> {
  await sql`delete from key_acts where seq in (
    select seq from key_acts where received_at < ${before} order by received_at limit ${atMost})`.execute(db);
}
