import type { EntryId } from '../domain/ids.js';
import type { TraceLine } from '../journey/entry.js';
import type { Trx } from './db.js';

/** Adds lines to an entry's story, in order. */
export async function insertTrace(trx: Trx, entryId: EntryId, lines: readonly TraceLine[]): Promise<void> {
  if (lines.length === 0) return;
  await trx
    .insertInto('trace')
    .values(lines.map((line) => ({ entry_id: entryId, at: line.at, step: line.step, kind: line.kind, text: line.text })))
    .execute();
}
