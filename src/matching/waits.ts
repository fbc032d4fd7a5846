import type { Fact, FactName } from '../domain/events/fact.js';
import { type About, type SubjectKind, sharedKinds, subjectId } from '../domain/events/subject.js';
import { tellsPlace } from '../domain/places/zone-evidence.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId } from '../domain/values/ids.js';
import type { Awaiting, EntryInput } from '../journey/entry.js';
import { orderOfInbox } from '../journey/last-look.js';
import type { MatchableFact, Matched } from './matched.js';

/** A row of the index "who waits for what", with what matching needs of its entry. */
export interface WaitMatch {
  readonly entryId: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  /** What the entry is about. */
  readonly about: About;
  readonly entryCreatedAt: Instant;
  readonly event: FactName;
  readonly by: Awaiting['by'];
  readonly value: string;
  readonly purpose: Awaiting['purpose'];
  readonly hastens: boolean;
  /** The entry is of somebody who has an address of this profile, whose orders it hears of. Absent: it waits for its own. */
  readonly sharedWith?: ProfileId | null;
}

export interface NewInput {
  readonly entryId: EntryId;
  readonly input: EntryInput;
}

export interface Delivery {
  readonly matched: readonly Matched[];
  readonly inputs: readonly NewInput[];
  /** Entries that are to look at once. */
  readonly hastened: readonly EntryId[];
}

/**
 * Hands facts to the entries that wait for them. A late order still ends a running series: what must not start anything is delivered where
 * it happened after the entry was created, because a reminder after the purchase is the worse mistake; so is any order
 * that names the entry's cart.
 */
export function deliverToWaiting(waits: readonly WaitMatch[], facts: readonly MatchableFact[]): Delivery {
  const matched: Matched[] = [];
  const inputs: NewInput[] = [];
  const hastened = new Set<EntryId>();
  if (waits.length === 0) return { matched, inputs, hastened: [] };
  for (const { fact, trigger, namesCart = false } of facts) {
    const forFact = waits.filter(
      (wait) =>
        wait.event === fact.name &&
        isFor(wait, fact) &&
        (trigger || fact.at >= wait.entryCreatedAt || (namesCart && wait.by === 'cart')) &&
        (wait.purpose !== 'place' || tellsPlace(fact)),
    );
    for (const entryId of new Set(forFact.map((wait) => wait.entryId))) {
      const ofEntry = forFact.filter((wait) => wait.entryId === entryId);
      inputs.push({ entryId, input: inputFor(fact, ofEntry[0]) });
      if (ofEntry.some((wait) => wait.hastens)) hastened.add(entryId);
      matched.push({
        eventId: fact.eventId,
        fact: fact.name,
        journeyId: ofEntry[0]?.journeyId ?? null,
        entryId,
        result: 'input',
        reason: ofEntry.map((wait) => wait.purpose).sort()[0] ?? null,
      });
    }
  }
  return { matched, inputs, hastened: [...hastened].sort() };
}

/** Of an order under a shared address only what came after the entry was made counts. */
function isFor(wait: WaitMatch, fact: Fact): boolean {
  if (wait.sharedWith != null) return wait.sharedWith === fact.profileId && fact.at >= wait.entryCreatedAt;
  return wait.value === (wait.by === 'profile' ? fact.profileId : subjectId(fact.about ?? [], wait.by));
}

/** An equal address is a claim: that there was an order ends the series, and nothing of the order comes into it. */
function inputFor(fact: Fact, wait: WaitMatch | undefined): EntryInput {
  return wait?.sharedWith == null ? factInput(fact, matchesOf(fact, wait)) : orderOfInbox(fact.at);
}

/** A fact as an input of an entry that waits for it. */
export function factInput(fact: Fact, matches: FactMatches): EntryInput {
  return {
    kind: 'fact',
    name: fact.name,
    at: fact.at,
    eventId: fact.eventId,
    ...matches,
    properties: fact.properties,
  };
}

/** In which ways a fact and an entry are of one. */
interface FactMatches {
  readonly profileMatch: boolean;
  readonly shared: readonly SubjectKind[];
}

function matchesOf(fact: Fact, wait: WaitMatch | undefined): FactMatches {
  return { profileMatch: wait?.profileId === fact.profileId, shared: sharedKinds(wait?.about ?? [], fact.about ?? []) };
}
