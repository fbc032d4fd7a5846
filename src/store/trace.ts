import { type RawBuilder, sql } from 'kysely';
import type { EntryId } from '../domain/values/ids.js';
import type { TraceLine } from '../journey/entry.js';
import { rowsOf } from './write-together.js';

/** Adds lines to an entry's story, in order. */
export function writeTrace(entryId: EntryId, lines: readonly TraceLine[]): RawBuilder<unknown> | null {
  return writeTraces([{ entryId, lines }]);
}

/** The same for several entries. */
export function writeTraces(
  stories: readonly { readonly entryId: EntryId; readonly lines: readonly TraceLine[] }[],
): RawBuilder<unknown> | null {
  const rows = stories.flatMap(({ entryId, lines }) => lines.map((line) => ({ entryId, ...line })));
  if (rows.length === 0) return null;
  return sql`insert into trace (entry_id, at, step, kind, text)
    select "entryId", at, step, kind, text from ${rowsOf(rows)} as r("entryId" text, at bigint, step text, kind text, text text) returning 1`;
}
