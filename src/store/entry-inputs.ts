import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { NewInput } from '../matching/waits.js';
import { storedInput } from './entry-json.js';
import { rowsOf } from './write-together.js';

/** Adds inputs; they are consumed in this order by the entry's next turn. */
export function writeInputs(inputs: readonly NewInput[], at: Instant): RawBuilder<unknown> | null {
  if (inputs.length === 0) return null;
  const rows = inputs.map(({ entryId, input }) => ({ entryId, input: storedInput(input) }));
  return sql`insert into entry_inputs (entry_id, input, created_at)
    select "entryId", input, ${at}::bigint from ${rowsOf(rows)} as r("entryId" text, input jsonb) returning 1`;
}

/** Marks inputs as seen by the turn that holds the entry's lock. */
export function writeConsumed(seqs: readonly number[], at: Instant): RawBuilder<unknown> | null {
  return seqs.length === 0 ? null : sql`update entry_inputs set consumed_at = ${at} where seq = any(${seqs}) returning 1`;
}
