import { sql } from 'kysely';
import { ulid } from 'ulid';
import type { EntryId } from '../../src/domain/values/ids.js';
import type { Db, Store } from '../../src/store/db.js';

export const testJourneyId = 'scripted';

/**
 * A row of `entries`, with the journey and profile that it needs. Real milliseconds count from now: `pokeIn: -1000` is due since a second.
 */
export async function insertEntry(
  store: Store,
  entry: {
    readonly state?: 'armed' | 'open' | 'finished';
    readonly activity?: 'ready' | 'waiting' | 'held';
    readonly dueAt?: number | null;
    readonly pokeIn?: number | null;
    readonly pokeCount?: number;
    readonly runStarted?: boolean;
  } = {},
): Promise<EntryId> {
  const id = ulid().toLowerCase() as EntryId;
  const { state = 'open', activity = 'waiting', dueAt = null, pokeIn = 0, pokeCount = 0, runStarted = false } = entry;
  await sql`insert into journeys (id, state, live_version, created_at, updated_at) values (${testJourneyId}, 'active', 1, 0, 0)
    on conflict do nothing`.execute(store.db);
  await sql`insert into profiles (id, created_at, updated_at) values (${id}, 0, 0)`.execute(store.db);
  await sql`insert into entries (id, journey_id, profile_id, entry_key, state, activity, data, instruction, due_at, created_at, poke_real, poke_count, run_started)
    values (${id}, ${testJourneyId}, ${id}, '', ${state}, ${activity}, '{}', '{}', ${dueAt}, 0, real_now_ms() + ${pokeIn}::bigint, ${pokeCount}, ${runStarted})`.execute(
    store.db,
  );
  return id;
}

/** An exit that no turn has consumed, and a poke, as matching leaves them. */
export async function insertExit(db: Db, id: EntryId): Promise<void> {
  await sql`insert into entry_inputs (entry_id, input, created_at) values (${id}, '{"kind":"exit","reason":"ordered","at":0}', 0)`.execute(
    db,
  );
  await sql`update entries set poke_real = real_now_ms() where id = ${id}`.execute(db);
}

/** What the poke loop knows of an entry; `pokeIn` in real milliseconds from now. */
export async function readPoke(
  db: Db,
  id: EntryId,
): Promise<{ pokeIn: number | null; pokeCount: number; runStarted: boolean; state: string; outcome: string | null }> {
  const { rows } = await sql<{ pokeIn: number | null; pokeCount: number; runStarted: boolean; state: string; outcome: string | null }>`
    select poke_real - real_now_ms() as "pokeIn", poke_count as "pokeCount", run_started as "runStarted", state, outcome
    from entries where id = ${id}`.execute(db);
  return rows[0]!;
}
