import type { Instant } from '../../domain/time/instant.js';
import type { EntryId } from '../../domain/values/ids.js';
import { type EntryPlace, planUnion, type UnitingEntry } from '../../matching/unite.js';
import type { Trx } from '../../store/db.js';
import { reassignEntries, supersedeEntries } from '../../store/entry-union.js';

/**
 * Moves live entries, locked by the caller, to where they belong after profiles or carts became one (`planUnion`). Answers those that go on
 * as they were, since they met no other.
 */
export async function uniteEntries(
  trx: Trx,
  entries: readonly UnitingEntry[],
  placeOf: (entry: UnitingEntry) => EntryPlace,
  options: { readonly at: Instant; readonly heard: ReadonlySet<EntryId> },
): Promise<readonly EntryId[]> {
  const { superseded, surviving } = planUnion(entries, placeOf, options.heard);
  await supersedeEntries(trx, superseded, options.at);
  await reassignEntries(trx, surviving);
  const met = new Set(superseded.map(({ survivor }) => survivor));
  return surviving.flatMap(({ id }) => (met.has(id) ? [] : [id]));
}
