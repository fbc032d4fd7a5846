import type { Fact } from '../domain/fact.js';
import type { CartId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { tellsPlace } from '../domain/zone-evidence.js';
import type { Awaiting, EntryInput, EntryOutcome, EntryState } from '../journey/entry.js';

/** A run through the journey, as its row in the store would stand. Mutable: the simulation is its only owner. */
export interface SimulatedEntry {
  readonly id: string;
  profileId: ProfileId;
  key: string;
  cartId: CartId | null;
  readonly createdAt: Instant;
  stage: 'armed' | 'open' | 'held' | 'finished';
  state: EntryState;
  dueAt: Instant | null;
  awaiting: readonly Awaiting[];
  inputs: EntryInput[];
  enteredAt: Instant | null;
  outcome: EntryOutcome | null;
  reason: string | null;
}

/** The fact as an input to this entry, if it waits for it. `hastens`: it is looked at now rather than at the next turn. */
export function inputFor(entry: SimulatedEntry, fact: Fact): { readonly input: EntryInput; readonly hastens: boolean } | null {
  const profileMatch = entry.profileId === fact.profileId;
  const cartMatch = fact.cartId !== undefined && fact.cartId === entry.cartId;
  const waits = entry.awaiting.filter(
    ({ event, by, purpose }) =>
      event === fact.name && (by === 'profile' ? profileMatch : cartMatch) && (purpose !== 'place' || tellsPlace(fact)),
  );
  if (waits.length === 0) return null;
  const { name, at, eventId, properties } = fact;
  return {
    input: { kind: 'fact', name, at, eventId, cartId: fact.cartId ?? null, profileMatch, cartMatch, properties },
    hastens: waits.some((wait) => wait.hastens),
  };
}

/** Of two entries that turn out to be one, who goes on: open before armed, then the further, then the older. */
export function furthestFirst(a: SimulatedEntry, b: SimulatedEntry): number {
  const rank = (entry: SimulatedEntry): number => (entry.stage === 'armed' ? 0 : 1);
  const visits = (entry: SimulatedEntry): number => Object.values(entry.state.visits).reduce((sum, count) => sum + count, 0);
  return rank(b) - rank(a) || visits(b) - visits(a) || a.createdAt - b.createdAt;
}
