import { sharersAtMost } from '../../domain/people/sharing.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { type MatchableFact, type Matched, withUnheard } from '../../matching/matched.js';
import { meetTriggers, startEntries } from '../../matching/triggers.js';
import { deliverToWaiting, type WaitMatch } from '../../matching/waits.js';
import type { IngestNeeds } from './needs.js';
import { justMade, type MemoryEntry, type MemoryWait, type Tables } from './tables.js';

/** Matches facts against live triggers and waits, and writes what that does. */
export function matchFacts(
  tables: Tables,
  { newId, newEntryId = newId }: Pick<IngestNeeds, 'newId' | 'newEntryId'>,
  facts: readonly MatchableFact[],
): readonly Matched[] {
  if (facts.length === 0) return [];
  const { matched, inputs, hastened } = deliverToWaiting(waitsOf(tables, facts), facts);
  const journeys = [...tables.journeys.values()]
    .filter(({ state, isInternal }) => state !== 'archived' && isInternal !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const { timely, late } = meetTriggers(journeys, facts);
  const people = new Set(timely.map(({ fact }) => fact.profileId));
  const live = [...people]
    .flatMap((id) => tables.entries.where('profile', id))
    .flatMap((entry) => (entry.state === 'finished' ? [] : [{ ...entry, state: entry.state }]));
  const starts = startEntries(timely, live, newEntryId);
  for (const { entryId, input } of inputs) tables.giveInput(entryId, input);
  for (const id of hastened) if (['waiting', 'held'].includes(tables.entry(id).activity)) tables.changeEntry(id, { isPoked: true });
  for (const { state: data, triggerEventId: _event, ...entry } of starts.created) tables.addEntry({ ...entry, data, ...newlyArmed });
  for (const { id, dueAt } of starts.postponed) tables.changeEntry(id, { dueAt });
  return withUnheard(facts, [...matched, ...starts.matched, ...late]);
}

const newlyArmed = {
  ...justMade,
  state: 'armed',
  activity: 'waiting',
  instruction: { kind: 'wait', summary: 'armed' },
  version: null,
} as const satisfies Partial<MemoryEntry>;

/**
 * The waits that these facts may concern: by person and by what they are about, and the exits by an order of those who share an address
 * with the person.
 */
function waitsOf(tables: Tables, facts: readonly MatchableFact[]): readonly WaitMatch[] {
  const values = new Set(facts.flatMap(({ fact }) => [fact.profileId, ...(fact.about ?? []).map(({ id }) => id)]));
  const own = [...values].flatMap((value) => matches(tables, tables.waits.where('value', value), null));
  const buyers = new Set(facts.flatMap(({ fact }) => (fact.name === 'order.paid' ? [fact.profileId] : [])));
  const shared = [...buyers].flatMap((buyer) =>
    sharersOf(tables, buyer).flatMap((id) =>
      matches(
        tables,
        tables.waits.where('value', id).filter(({ event, purpose }) => event === 'order.paid' && purpose === 'exit'),
        buyer,
      ),
    ),
  );
  return [...own, ...shared].sort((a, b) => (a.entryId < b.entryId ? -1 : a.entryId > b.entryId ? 1 : 0));
}

function matches(tables: Tables, waits: readonly MemoryWait[], sharedWith: ProfileId | null): readonly WaitMatch[] {
  return waits.flatMap((wait): readonly WaitMatch[] => {
    const { state, journeyId, profileId, about, createdAt } = tables.entry(wait.entryId);
    const shared = sharedWith === null ? {} : { sharedWith };
    return state === 'open' ? [{ ...wait, journeyId, profileId, about, entryCreatedAt: createdAt, ...shared }] : [];
  });
}

/** Other people who have an address of this one now; none where so many have it that it is nobody's inbox. */
export function sharersOf(tables: Tables, of: ProfileId): readonly ProfileId[] {
  const profile = tables.profiles.get(of);
  const addresses = [profile?.email?.toLowerCase() ?? null, profile?.phone ?? null].filter((address) => address !== null);
  const others = new Set(addresses.flatMap((address) => tables.profiles.idsWhere('address', address)));
  others.delete(of);
  return others.size > sharersAtMost ? [] : [...others];
}
