import { type Crowd, nobodyYet, withNewcomer } from '../../domain/people/crowded-id.js';
import type { KnownIdentity } from '../../domain/people/identity.js';
import type { Understood } from '../../projection/read-event.js';
import type { Fresh } from './told-twice.js';

/** The user ids of events that may join people: the store is asked how many browsers and addresses they have brought. */
export function idsThatMayJoin(chunk: readonly Understood[]): readonly string[] {
  return [...new Set(chunk.flatMap(({ event }) => (mayJoin(event) && event.userId !== null ? [event.userId] : [])))];
}

/**
 * Removes the user id from events that would bring one person too many to it: each is kept under its browser's id, or, if it has none,
 * without its address.
 * `crowded`: these user ids.
 */
export function withoutCrowds(
  fresh: readonly Fresh[],
  known: { readonly identities: readonly KnownIdentity[]; readonly crowds: ReadonlyMap<string, Crowd> },
): { readonly fresh: readonly Fresh[]; readonly crowded: readonly string[] } {
  const owners = new Map(known.identities.map(({ kind, value, profileId }) => [`${kind} ${value}`, profileId]));
  const crowds = new Map(known.crowds);
  const crowded = new Set<string>();
  const kept = fresh.map((one): Fresh => {
    const { event } = one.reading;
    const { userId, anonymousId, previousId } = event;
    if (userId === null || !mayJoin(event)) return one;
    const owner = owners.get(`user ${userId}`);
    const isTheirs = (browser: string | null): boolean => browser === null || owners.get(`anonymous ${browser}`) === (owner ?? userId);
    const isNewBrowser = !isTheirs(anonymousId) || !isTheirs(previousId);
    const grown = withNewcomer(crowds.get(userId) ?? nobodyYet, { isNewBrowser, address: addressOf(one.reading) });
    if (grown === null) {
      crowded.add(userId);
      return { ...one, reading: apart(one.reading, isTheirs(anonymousId)) };
    }
    crowds.set(userId, grown);
    // A browser that is new to this chunk is theirs for the rest of it.
    if (owner === undefined) owners.set(`user ${userId}`, userId as never);
    for (const browser of [anonymousId, previousId]) if (browser !== null) owners.set(`anonymous ${browser}`, owner ?? (userId as never));
    return one;
  });
  return { fresh: kept, crowded: [...crowded] };
}

function mayJoin({ type }: Understood['event']): boolean {
  return type === 'identify' || type === 'alias';
}

function addressOf({ event }: Understood): string | null {
  const email = event.traits['email'];
  return event.type === 'identify' && typeof email === 'string' && email.trim() !== '' ? email.trim().toLowerCase() : null;
}

function apart(reading: Understood, isTheirBrowser: boolean): Understood {
  const { event, incoming } = reading;
  const { email: _email, phone: _phone, ...traits } = event.traits;
  const told = isTheirBrowser || event.type === 'alias' ? { ...event, traits, previousId: null } : { ...event, userId: null };
  return { ...reading, event: told, incoming: { ...incoming, event: told, notes: [...incoming.notes, 'crowded-user-id'] } };
}
