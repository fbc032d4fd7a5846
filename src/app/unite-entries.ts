import type { CartId, EntryId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { Trx } from '../store/db.js';
import { reassignEntries, type SupersededEntry, supersedeEntries, type UnitingEntry } from '../store/entry-union.js';

/** Whose an entry becomes. */
export interface EntryPlace {
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly cartId: CartId | null;
}

/**
 * Moves live entries, locked by the caller, to where they belong after profiles or carts became one. Where two of one journey and key meet, the one further along
 * goes on and looks at once; the other ends `superseded`. `heard`: entries that were given an input, to be poked too.
 */
export async function uniteEntries(
  trx: Trx,
  entries: readonly UnitingEntry[],
  placeOf: (entry: UnitingEntry) => EntryPlace,
  options: { readonly at: Instant; readonly heard: ReadonlySet<EntryId> },
): Promise<void> {
  const places = new Map<string, UnitingEntry[]>();
  for (const entry of entries) {
    const slot = slotOf(entry, placeOf(entry));
    places.set(slot, [...(places.get(slot) ?? []), entry]);
  }
  const superseded: SupersededEntry[] = [];
  const surviving: { entry: UnitingEntry; dueAt: Instant | null; poke: boolean }[] = [];
  for (const rivals of places.values()) {
    const [first, ...others] = rivals.toSorted(furthestFirst);
    if (first === undefined) continue;
    superseded.push(...others.map(({ id }) => ({ id, survivor: first.id })));
    const poke = others.length > 0 || rivals.some(({ id }) => options.heard.has(id));
    surviving.push({ entry: first, dueAt: first.state === 'armed' ? latestDue(rivals) : first.dueAt, poke });
  }
  await supersedeEntries(trx, superseded, options.at);
  await reassignEntries(
    trx,
    surviving.map(({ entry, dueAt, poke }) => ({ ...placeOf(entry), id: entry.id, dueAt, poke })),
  );
}

/** Open before armed; then who has been through more steps; then who began first. */
function furthestFirst(a: UnitingEntry, b: UnitingEntry): number {
  return rank(b) - rank(a) || visited(b) - visited(a) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

function rank(entry: UnitingEntry): number {
  return entry.state === 'open' ? 1 : 0;
}

function visited(entry: UnitingEntry): number {
  return Object.values(entry.data.visits).reduce((sum, visits) => sum + visits, 0);
}

/** Both were armed by activity of the same person: idle counts from the later. */
function latestDue(rivals: readonly UnitingEntry[]): Instant | null {
  return rivals.reduce<Instant | null>((latest, { dueAt }) => (dueAt === null ? latest : Math.max(latest ?? dueAt, dueAt)), null);
}

function slotOf(entry: UnitingEntry, place: EntryPlace): string {
  return JSON.stringify([entry.journeyId, place.profileId, place.entryKey]);
}
