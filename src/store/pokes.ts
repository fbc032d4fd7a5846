import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import { stuckAfterFaults, stuckAfterPokes } from './entries-read.js';
import type { EntriesTable } from './schema.js';
import { rowsOf } from './write-together.js';

/** Real milliseconds. */
const backOffFirstMs = 30_000;
const backOffMostMs = 3_600_000;

/**
 * An entry at which the poke loop is to look, claimed: its next poke has been moved to `claimedReal`, so that no other loop takes it
 * meanwhile.
 */
export interface ClaimedPoke {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  readonly state: EntriesTable['state'];
  readonly dueAt: Instant | null;
  readonly runStarted: boolean;
  /** Inputs that no turn has consumed. */
  readonly hasInputs: boolean;
  /** Real milliseconds: when it was due for the poke, and when it will be again if nothing comes of this one. */
  readonly pokeReal: number;
  readonly claimedReal: number;
}

/**
 * Fresh: something happened, or a run was never started. Overdue: a workflow did not come by itself, or a poke bore no fruit. Letters:
 * entries of broadcasts, whatever they need; they come last.
 */
export type PokeClass = 'fresh' | 'overdue' | 'letters';

/** Claims up to `limit` due pokes, oldest first, and moves each forward by its back-off (30 s … 1 h) before anything is called. */
export async function claimPokes(db: Db, pokeClass: PokeClass, limit: number): Promise<readonly ClaimedPoke[]> {
  const isFresh = sql`(e.poke_count = 0 and (not e.run_started or exists (${unconsumed})))`;
  const ofClass = {
    fresh: sql`${ofJourneys} and ${isFresh}`,
    overdue: sql`${ofJourneys} and not ${isFresh}`,
    letters: sql`not (${ofJourneys})`,
  };
  // `(select real_now_ms())` is one value for the whole statement, so that the index on poke_real serves.
  const { rows } = await sql<ClaimedRow>`
    with due as (
      select e.id, e.poke_real from entries e
      where e.poke_real <= (select real_now_ms()) and ${ofClass[pokeClass]}
      order by e.poke_real limit ${limit} for update skip locked
    )
    update entries e set
      poke_real = real_now_ms() + least(${backOffMostMs}::bigint, ${backOffFirstMs}::bigint * (1 << least(e.poke_count, 12))),
      poke_count = e.poke_count + 1
    from due where e.id = due.id
    returning e.id, e.journey_id as "journeyId", e.state, e.due_at as "dueAt", e.run_started as "runStarted",
      exists (${unconsumed}) as "hasInputs", due.poke_real as "pokeReal", e.poke_real as "claimedReal"`.execute(db);
  return rows
    .map((row) => ({ ...row, id: row.id as EntryId, journeyId: row.journeyId as JourneyId }))
    .sort((a, b) => a.pokeReal - b.pokeReal);
}

/** As the index of migration 0025 has it. */
const ofJourneys = sql`e.journey_id not like 'broadcast.%'`;
const unconsumed = sql`select 1 from entry_inputs i where i.entry_id = e.id and i.consumed_at is null`;

type ClaimedRow = Omit<ClaimedPoke, 'id' | 'journeyId'> & { readonly id: string; readonly journeyId: string };

/** What came of a claimed poke. */
export interface SettledPoke {
  readonly id: EntryId;
  readonly claimedReal: number;
  /** A run was started or found. */
  readonly runStarted: boolean;
  /** The next poke, in real milliseconds; null leaves the back-off. Only while nobody else has moved it (compare-and-set). */
  readonly nextReal: number | null;
  /** The poke bore fruit, or its call failed and counts as nothing. */
  readonly pokes: 'counted' | 'forgotten' | 'undone';
}

export async function settlePokes(db: Db, pokes: readonly SettledPoke[]): Promise<void> {
  if (pokes.length === 0) return;
  await sql`
    update entries e set
      run_started = e.run_started or p."runStarted",
      poke_count = case
        when e.poke_real is distinct from p."claimedReal" or p.pokes = 'counted' then e.poke_count
        when p.pokes = 'undone' then greatest(0, e.poke_count - 1)
        else 0 end,
      poke_real = case when e.poke_real = p."claimedReal" then coalesce(p."nextReal", e.poke_real) else e.poke_real end
    from ${rowsOf(pokes)} as p(id text, "claimedReal" bigint, "runStarted" boolean, "nextReal" bigint, pokes text)
    where e.id = p.id and e.id = any(${pokes.map(({ id }) => id)})`.execute(db);
}

/** How far the poke loop is behind; real milliseconds. */
export interface PokeBacklog {
  /** Age of the oldest due poke; 0 when none is due. */
  readonly lagMs: number;
  /** Pokes that are due. */
  readonly due: number;
  /** Entries at which five pokes or more bore no fruit, or whose turn failed three times in the same way. */
  readonly stuck: number;
}

export async function readPokeBacklog(db: Db): Promise<PokeBacklog> {
  const { rows } = await sql<{ oldest: number | null; due: number; stuck: number; now: number }>`
    select min(e.poke_real) as oldest, count(*)::int as due, (select real_now_ms()) as now,
      (select count(*)::int from entries s where ${isStuck('s')}) as stuck
    from entries e where e.poke_real <= (select real_now_ms())`.execute(db);
  const row = rows[0];
  if (row === undefined) return { lagMs: 0, due: 0, stuck: 0 };
  return { lagMs: row.oldest === null ? 0 : Math.max(0, row.now - row.oldest), due: row.due, stuck: row.stuck };
}

/** An entry of which a run is to be ensured. */
export type UnfinishedEntry = Pick<ClaimedPoke, 'id' | 'journeyId' | 'dueAt'>;

/** Entries that have not finished, by id, after `afterId`: a page of `limit`. */
export async function listUnfinished(db: Db, afterId: string, limit: number): Promise<readonly UnfinishedEntry[]> {
  const rows = await db
    .selectFrom('entries')
    .select(['id', 'journey_id', 'due_at'])
    .where('state', '<>', 'finished')
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toUnfinished);
}

export async function countUnfinished(db: Db): Promise<number> {
  const row = await db
    .selectFrom('entries')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('state', '<>', 'finished')
    .executeTakeFirstOrThrow();
  return row.n;
}

/** A few entries whose run should be there. */
export async function sampleStarted(db: Db, limit: number): Promise<readonly UnfinishedEntry[]> {
  const rows = await db
    .selectFrom('entries')
    .select(['id', 'journey_id', 'due_at'])
    .where('state', '<>', 'finished')
    .where('run_started', '=', true)
    .limit(limit)
    .execute();
  return rows.map(toUnfinished);
}

export interface StuckEntry extends UnfinishedEntry {
  readonly pokes: number;
  /** How its turn fails; null: it does not. */
  readonly fault: string | null;
}

/** Two conditions, each with an index of its own. */
function isStuck(of: string) {
  const column = (name: string) => sql.ref(`${of}.${name}`);
  return sql<boolean>`(${column('poke_count')} >= ${sql.lit(stuckAfterPokes)} and ${column('state')} <> 'finished'
    or ${column('fault_count')} >= ${sql.lit(stuckAfterFaults)} and ${column('state')} <> 'finished')`;
}

/** Entries whose turn failed three times in the same way. */
export async function countStuckTurns(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from entries
    where fault_count >= ${sql.lit(stuckAfterFaults)} and state <> 'finished'`.execute(db);
  return rows[0]?.n ?? 0;
}

/** Entries at which five pokes or more bore no fruit, or whose turn failed three times in the same way; the worst first. */
export async function listStuck(db: Db, limit: number): Promise<readonly StuckEntry[]> {
  const rows = await db
    .selectFrom('entries')
    .select(['id', 'journey_id', 'due_at', 'poke_count', 'fault'])
    .where(isStuck('entries'))
    .orderBy('fault_count', 'desc')
    .orderBy('poke_count', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...toUnfinished(row), pokes: row.poke_count, fault: row.fault }));
}

/** Null when there is no such entry, or it has finished. */
export async function findUnfinished(db: Db, id: EntryId): Promise<UnfinishedEntry | null> {
  const row = await db
    .selectFrom('entries')
    .select(['id', 'journey_id', 'due_at'])
    .where('id', '=', id)
    .where('state', '<>', 'finished')
    .executeTakeFirst();
  return row === undefined ? null : toUnfinished(row);
}

/**
 * The run was started again: pokes and faults count from zero, and the next comes at `nextReal` (real milliseconds). Held entries keep
 * having none.
 */
export async function forgetPokes(db: Db, id: EntryId, nextReal: number): Promise<void> {
  await sql`update entries set run_started = true, poke_count = 0, fault = null, fault_count = 0, poke_real = case when poke_real is null then null else ${nextReal}::bigint end
    where id = ${id}`.execute(db);
}

/** The entry has finished and its run knows it: it needs no more pokes. Code that closes an entry from outside keeps it due for one. */
export async function forgetFinished(db: Db | Trx, id: string): Promise<void> {
  await sql`update entries set poke_real = null, poke_count = 0 where id = ${id} and state = 'finished' and poke_real is not null`.execute(
    db,
  );
}

function toUnfinished(row: { id: string; journey_id: string; due_at: number | null }): UnfinishedEntry {
  return { id: row.id as EntryId, journeyId: row.journey_id as JourneyId, dueAt: row.due_at };
}
