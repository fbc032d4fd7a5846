import { sql } from 'kysely';
import type { Db } from './db.js';
import { stuckAfterFaults } from './entries-read.js';

/** Counts that tell whether an instance does what somebody wants of it. */
export interface Standings {
  readonly liveJourneys: number;
  /** Their poke has been due for more than two minutes. */
  readonly overdueEntries: number;
  /** Their turn failed three times in the same way. */
  readonly stuckTurns: number;
  readonly openDeadLetters: number;
}

export async function readStandings(db: Db): Promise<Standings> {
  const { rows } = await sql<Standings>`select
    (select count(*)::int from journeys where state = 'active' and not is_internal and live_version > 0) as "liveJourneys",
    (select count(*)::int from entries where state <> 'finished' and poke_real < real_now_ms() - 120000) as "overdueEntries",
    (select count(*)::int from entries where fault_count >= ${sql.lit(stuckAfterFaults)} and state <> 'finished') as "stuckTurns",
    (select count(*)::int from dead_letters where resolved_at is null) as "openDeadLetters"`.execute(db);
  return rows[0] ?? { liveJourneys: 0, overdueEntries: 0, stuckTurns: 0, openDeadLetters: 0 };
}
