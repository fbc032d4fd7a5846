import { keyed, keyedByOthers, type Secrets } from '../../domain/keys/secrets.js';
import { identitiesOf, type KnownIdentity } from '../../domain/people/identity.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Understood } from '../../projection/read-event.js';
import type { StoredEvent } from '../../store/ingest-snapshot.js';

/** An event that is not stored yet, as it is to be stored, and as it came. */
export interface Fresh {
  readonly came: Understood;
  readonly reading: Understood;
}

interface Teller {
  readonly lineage: string | null;
  readonly ids: ReadonlySet<string>;
}

/**
 * The id of an event if another sender's event already has its `messageId`, and the ids that it may have had before the secret was rotated.
 * The same event gives the same id with each key of its line of rotations; nobody without the secret can take that id before.
 */
function ownEventIds(secrets: Secrets, { event, incoming }: Understood): readonly string[] {
  const { messageId, userId, anonymousId, previousId } = event;
  const told = JSON.stringify([incoming.speaker.lineage, messageId, userId, anonymousId, previousId]);
  const text = `message-id:${told}`;
  return [keyed(secrets, 'told-twice', text), ...keyedByOthers(secrets, 'told-twice', text)].map(
    (hash) => `${messageId}#${hash.slice(0, 16)}`,
  );
}

interface StoredBefore {
  readonly storedEvents: ReadonlyMap<string, StoredEvent>;
  readonly identities: readonly KnownIdentity[];
}

/** The ids of their own under which events may be stored, because their `messageId` is another's; none in the usual case. */
export function ownIdsToLookFor(secrets: Secrets, chunk: readonly Understood[], stored: StoredBefore): readonly string[] {
  const profiles = profilesByIdentity(stored);
  const seen = new Set<string>();
  return chunk.flatMap((came) => {
    const { messageId } = came.event;
    const there = stored.storedEvents.get(messageId);
    const isTaken = there === undefined ? seen.has(messageId) : !isRepeat(there, came, tellerOf(came), profiles);
    seen.add(messageId);
    return isTaken ? ownEventIds(secrets, came) : [];
  });
}

function profilesByIdentity({ identities }: StoredBefore): ReadonlyMap<string, ProfileId> {
  return new Map(identities.map(({ kind, value, profileId }) => [`${kind}:${value}`, profileId]));
}

/**
 * Removes events that are already stored, or are twice in the chunk. The client chooses the id, so it identifies an event only within one
 * key and one person. Another sender's event with an id in use is kept under an id of its own.
 */
export function withoutToldTwice(secrets: Secrets, chunk: readonly Understood[], stored: StoredBefore): readonly Fresh[] {
  const profiles = profilesByIdentity(stored);
  const heard = new Map<string, Teller>();
  const isThere = (id: string): boolean => stored.storedEvents.has(id) || heard.has(id);
  return chunk.flatMap((came): readonly Fresh[] => {
    const { messageId } = came.event;
    const teller = tellerOf(came);
    const there = stored.storedEvents.get(messageId);
    const earlier = heard.get(messageId);
    if ((there && isRepeat(there, came, teller, profiles)) || (earlier && isSameTeller(earlier, teller))) return [];
    const [own = messageId, ...before] = isThere(messageId) ? ownEventIds(secrets, came) : [messageId];
    if (own !== messageId && [own, ...before].some(isThere)) return [];
    heard.set(own, teller);
    return [{ came, reading: own === messageId ? came : underOwnId(came, own) }];
  });
}

function tellerOf({ event, incoming }: Understood): Teller {
  return { lineage: incoming.speaker.lineage, ids: new Set(identitiesOf(event).map(({ kind, value }) => `${kind}:${value}`)) };
}

/**
 * Of an erased person nothing can be compared: what comes again under such an id is taken for a client's second attempt, and brings nobody
 * back.
 */
function isRepeat(before: StoredEvent, came: Understood, teller: Teller, profiles: ReadonlyMap<string, ProfileId>): boolean {
  if (before.isErased) return true;
  if (!isSameLine(before.lineage, teller.lineage)) return false;
  const { anonymousId } = came.event;
  return (
    (anonymousId !== null && before.anonymousId === anonymousId) || [...teller.ids].some((id) => profiles.get(id) === before.profileId)
  );
}

function isSameTeller(one: Teller, other: Teller): boolean {
  return isSameLine(one.lineage, other.lineage) && [...one.ids].some((id) => other.ids.has(id));
}

/** Null: told before it was kept by which key, or by Sojourn itself. */
function isSameLine(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

function underOwnId(came: Understood, messageId: string): Understood {
  const event = { ...came.event, messageId };
  const incoming = { ...came.incoming, event, notes: [...came.incoming.notes, 'message-id-taken'] };
  return { ...came, event, incoming, toldId: came.event.messageId };
}
