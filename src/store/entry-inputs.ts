import { type RawBuilder, sql } from 'kysely';
import type { EntryId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { EntryInput } from '../journey/entry.js';
import type { Trx } from './db.js';

/** Adds inputs; they are consumed in this order by the entry's next turn. */
export async function insertEntryInputs(
  trx: Trx,
  inputs: readonly { readonly entryId: EntryId; readonly input: EntryInput }[],
  at: Instant,
): Promise<void> {
  if (inputs.length === 0) return;
  await trx
    .insertInto('entry_inputs')
    .values(inputs.map(({ entryId, input }) => ({ entry_id: entryId, input: JSON.stringify(input), created_at: at, consumed_at: null })))
    .execute();
}

/** Marks inputs as seen by the turn that holds the entry's lock. */
export function writeConsumed(seqs: readonly number[], at: Instant): RawBuilder<unknown> | null {
  return seqs.length === 0 ? null : sql`update entry_inputs set consumed_at = ${at} where seq = any(${seqs}) returning 1`;
}
