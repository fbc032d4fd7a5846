import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, StepId } from '../domain/values/ids.js';
import type { Trx } from './db.js';
import { stuckAfterFaults } from './entries-read.js';
import { writeReleased } from './messages.js';
import { writeTrace } from './trace.js';

/** Real milliseconds: a stuck turn is tried again by itself so late, should what was wrong have been mended meanwhile. */
const triedAgainAfterMs = 3_600_000;

/**
 * Counts a turn that failed, by how it failed (no personal data). `became`: with this one it is stuck; its promised slots are given back,
 * and the poke loop leaves it alone for an hour. `was`: it had been stuck before. Null: not yet, or the entry has finished.
 */
export async function countTurnFault(
  trx: Trx,
  failed: { readonly entryId: EntryId; readonly fault: string; readonly at: Instant; readonly text: string },
): Promise<'became' | 'was' | null> {
  const { entryId, fault, at, text } = failed;
  // A stuck one that now fails in another way stays stuck: it does not get its slot back for that.
  const { rows } = await sql<{ times: number; step: StepId | null }>`update entries set fault = ${fault}, fault_real = real_now_ms(),
      fault_count = case when fault = ${fault} or fault_count >= ${sql.lit(stuckAfterFaults)} then least(fault_count, 1000) + 1 else 1 end
    where id = ${entryId} and state <> 'finished' returning fault_count as times, step`.execute(trx);
  const counted = rows[0];
  if (counted === undefined || counted.times < stuckAfterFaults) return null;
  await sql`update entries set poke_real = real_now_ms() + ${triedAgainAfterMs}::bigint, poke_count = 0, run_started = true where id = ${entryId}`.execute(
    trx,
  );
  if (counted.times > stuckAfterFaults) return 'was';
  await writeReleased(entryId, at, 'stuck').execute(trx);
  await writeTrace(entryId, [{ at, step: counted.step, kind: 'stuck', text }])?.execute(trx);
  return 'became';
}
