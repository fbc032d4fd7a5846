import { type About, aboutInstead, type Subject, subjectId } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import type { EntryState } from '../journey/entry.js';

/** A live entry, as it is seen when profiles, or what they are about, become one. */
export interface UnitingEntry {
  readonly id: EntryId;
  readonly journeyId: string;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly about: About;
  readonly state: 'armed' | 'open';
  readonly data: EntryState;
  readonly dueAt: Instant | null;
  readonly createdAt: Instant;
}

/** Whose an entry becomes. */
export interface EntryPlace {
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly about: About;
}

export interface SupersededEntry {
  readonly id: EntryId;
  /** Which goes on instead, and hears what this one had not heard yet. */
  readonly survivor: EntryId;
}

/** Whose a live entry is from now on. `poke`: it must look again at once. */
export interface ReassignedEntry extends EntryPlace {
  readonly id: EntryId;
  readonly dueAt: Instant | null;
  readonly poke: boolean;
}

/**
 * Where live entries belong after profiles or carts became one. Where two of one journey and key meet, the one further along goes on and
 * looks at once; the other ends `superseded`. `heard`: entries that were given an input, to be poked too.
 */
export function planUnion(
  entries: readonly UnitingEntry[],
  placeOf: (entry: UnitingEntry) => EntryPlace,
  heard: ReadonlySet<EntryId>,
): { readonly superseded: readonly SupersededEntry[]; readonly surviving: readonly ReassignedEntry[] } {
  const superseded: SupersededEntry[] = [];
  const surviving: ReassignedEntry[] = [];
  for (const rivals of rivalsOf(entries, placeOf)) {
    const [first, ...others] = rivals.toSorted(furthestFirst);
    if (first === undefined) continue;
    superseded.push(...others.map(({ id }) => ({ id, survivor: first.id })));
    const { profileId, entryKey, about } = placeOf(first);
    const dueAt = first.state === 'armed' ? latestDue(rivals) : first.dueAt;
    const poke = others.length > 0 || rivals.some(({ id }) => heard.has(id));
    surviving.push({ id: first.id, profileId, entryKey, about, dueAt, poke });
  }
  return { superseded, surviving };
}

/** Where the entries of two people belong who are one: to `into`. */
export function placeOfPerson(into: ProfileId): (entry: UnitingEntry) => EntryPlace {
  return ({ entryKey, about }) => ({ profileId: into, entryKey, about });
}

/** Where the entries about two subjects belong that are one, such as two carts: to `into`, in their key too. */
export function placeOfSubject(from: Subject, into: Subject): (entry: UnitingEntry) => EntryPlace {
  return (entry) => {
    const { profileId, entryKey, about } = entry;
    if (subjectId(about, from.kind) !== from.id) return entry;
    return { profileId, entryKey: entryKey === from.id ? into.id : entryKey, about: aboutInstead(about, from, into) };
  };
}

function rivalsOf(entries: readonly UnitingEntry[], placeOf: (entry: UnitingEntry) => EntryPlace): Iterable<readonly UnitingEntry[]> {
  const places = new Map<string, UnitingEntry[]>();
  for (const entry of entries) {
    const { profileId, entryKey } = placeOf(entry);
    const slot = JSON.stringify([entry.journeyId, profileId, entryKey]);
    places.set(slot, [...(places.get(slot) ?? []), entry]);
  }
  return places.values();
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

/** The lines in the stories of two entries of which one goes on. */
export const unionTexts = {
  ended: (survivor: string): string => `Ended, because the person turned out to have another entry, which goes on: ${survivor}.`,
  goesOn: (ended: string): string => `Goes on alone: the person turned out to have another entry, which ended: ${ended}.`,
};
