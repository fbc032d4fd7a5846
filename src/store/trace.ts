import { type RawBuilder, sql } from 'kysely';
import type { EntryId } from '../domain/values/ids.js';
import type { TraceLine } from '../journey/entry.js';
import { rowsOf } from './write-together.js';

/** Adds lines to an entry's story, in order. */
export function writeTrace(entryId: EntryId, lines: readonly TraceLine[]): RawBuilder<unknown> | null {
  if (lines.length === 0) return null;
  return sql`insert into trace (entry_id, at, step, kind, text)
    select ${entryId}, at, step, kind, text from ${rowsOf(lines)} as r(at bigint, step text, kind text, text text) returning 1`;
}
