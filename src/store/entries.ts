import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId } from '../domain/values/ids.js';
import type { OpenedEntry } from '../journey/internal.js';
import type { LiveEntry, NewEntry } from '../matching/triggers.js';
import type { EntryAfterTurn } from '../turn/effects.js';
import type { Db, Trx } from './db.js';
import { storedState } from './entry-json.js';
import type { EntriesTable } from './schema.js';
import { storedAbout } from './subjects.js';
import { rowsOf } from './write-together.js';

/**
 * The entries of these journeys and profiles that have not finished, locked in id order so that matching and turns never cross. Found by
 * person: a journey has too many, whatever young statistics say.
 */
export async function findLiveEntries(
  trx: Trx,
  of: { readonly journeys: readonly string[]; readonly profiles: readonly string[] },
): Promise<readonly LiveEntry[]> {
  const { rows } = await sql<Pick<Selectable<EntriesTable>, 'id' | 'journey_id' | 'profile_id' | 'entry_key' | 'state' | 'due_at'>>`
    select id, journey_id, profile_id, entry_key, state, due_at from entries
    where profile_id = any(${of.profiles}) and journey_id || '' = any(${of.journeys}) and state <> 'finished' order by id for update`.execute(
    trx,
  );
  return rows.map((row) => ({
    id: row.id as EntryId,
    journeyId: row.journey_id as JourneyId,
    profileId: row.profile_id as ProfileId,
    entryKey: row.entry_key,
    state: row.state === 'armed' ? 'armed' : 'open',
    dueAt: row.due_at,
  }));
}

/** Arms entries; each is due at once for the poke loop, which starts its workflow with a delay until the idle instant. */
export function writeArmed(entries: readonly NewEntry[]): RawBuilder<unknown> | null {
  if (entries.length === 0) return null;
  const rows = entries.map(({ about, state, ...entry }) => ({ ...entry, ...storedAbout(about), state: storedState(state, about) }));
  return sql`insert into entries (id, journey_id, profile_id, entry_key, cart_id, subjects, state, activity, data, instruction, due_at, trigger_event_id, created_at, poke_real)
    select id, "journeyId", "profileId", "entryKey", "cartId", subjects, 'armed', 'waiting', state, '{"kind":"wait","summary":"armed"}', "dueAt", "triggerEventId", "createdAt", real_now_ms()
    from ${rowsOf(rows)} as r(id text, "journeyId" text, "profileId" text, "entryKey" text, "cartId" text, subjects jsonb, state jsonb, "dueAt" bigint, "triggerEventId" text, "createdAt" bigint)
    returning 1`;
}

/** Opens entries. The poke loop looks after `pokeInMs` real milliseconds, and starts each workflow with a delay until its due instant. */
export function writeOpened(entries: readonly OpenedEntry[], pokeInMs: number): RawBuilder<unknown> | null {
  if (entries.length === 0) return null;
  const rows = entries.map((entry) => ({ ...entry, state: storedState(entry.state, []) }));
  return sql`insert into entries (id, journey_id, version, profile_id, entry_key, state, activity, data, instruction, due_at, created_at, poke_real)
    select id, "journeyId", version, "profileId", "entryKey", 'open', 'waiting', state, '{"kind":"wait","summary":"due"}', "dueAt", "createdAt", real_now_ms() + ${pokeInMs}::bigint
    from ${rowsOf(rows)} as r(id text, "journeyId" text, version integer, "profileId" text, "entryKey" text, state jsonb, "dueAt" bigint, "createdAt" bigint)
    returning 1`;
}

/** No workflow runs for these, although a turn was taken: the poke loop is to start one now. */
export async function askForRun(db: Db | Trx, ...ids: readonly EntryId[]): Promise<void> {
  await sql`update entries set run_started = false, poke_count = 0, poke_real = real_now_ms() where id = any(${ids}) and state <> 'finished'`.execute(
    db,
  );
}

/**
 * The idle time starts again. Only the row changes: the workflow wakes at the old instant, sees the newer one and waits on (lazy waits).
 */
export function writePostponed(later: readonly { readonly id: EntryId; readonly dueAt: Instant }[]): RawBuilder<unknown> | null {
  if (later.length === 0) return null;
  return sql`update entries e set due_at = r."dueAt" from ${rowsOf(later)} as r(id text, "dueAt" bigint)
    where e.id = r.id and e.id = any(${later.map(({ id }) => id)}) and e.state || '' = 'armed' returning 1`;
}

/** Makes waiting and held entries due for a poke now; armed, queued and submitting ones see their inputs at their next turn anyway. */
export function writeWoken(ids: readonly string[]): RawBuilder<unknown> | null {
  if (ids.length === 0) return null;
  return sql`update entries set poke_real = real_now_ms()
    where id in (select id from entries where id = any(${ids}) order by id for update) and state = 'open' and activity in ('waiting', 'held') returning 1`;
}

/** An entry after a turn. */
export interface EntryToWrite {
  readonly after: EntryAfterTurn;
  /** When the poke loop looks next, in real milliseconds; null only when finished or held. */
  readonly pokeReal: number | null;
  /** False: the turn was taken with others, and no workflow of the entry's own runs. */
  readonly hasRun: boolean;
}

export function writeEntry(...entries: readonly EntryToWrite[]): RawBuilder<unknown> {
  const rows = entries.map(({ after: { poke: _poke, ...after }, pokeReal, hasRun }) => ({
    ...after,
    data: storedState(after.data, after.about),
    step: after.data.step,
    pokeReal,
    hasRun,
  }));
  return sql`update entries e set version = r.version, state = r.state, activity = r.activity, data = r.data, instruction = r.instruction, step = r.step,
      due_at = r."dueAt", outcome = r.outcome, outcome_reason = r."outcomeReason", entered_at = r."enteredAt", finished_at = r."finishedAt",
      poke_real = r."pokeReal", poke_count = 0, run_started = r."hasRun", fault = null, fault_count = 0
    from ${rowsOf(rows)} as r(id text, version integer, state text, activity text, data jsonb, instruction jsonb, step text, "dueAt" bigint, outcome text,
      "outcomeReason" text, "enteredAt" bigint, "finishedAt" bigint, "pokeReal" bigint, "hasRun" boolean)
    where e.id = r.id and e.id = any(${rows.map(({ id }) => id)}) returning 1`;
}

/** Someone looked and there was nothing to do: the poke loop counts from zero again. */
export function writeLookedAt(id: EntryId, { pokeReal, hasRun }: Pick<EntryToWrite, 'pokeReal' | 'hasRun'>): RawBuilder<unknown> {
  return sql`update entries set poke_real = ${pokeReal}::bigint, poke_count = 0, run_started = run_started or ${hasRun}, fault = null, fault_count = 0
    where id = ${id} returning 1`;
}
