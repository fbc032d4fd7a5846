import { calledFact, type Fact } from '../domain/events/fact.js';
import { mostInARow } from '../domain/events/own-event.js';
import type { About } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId } from '../domain/values/ids.js';
import type { JourneyDefinition, Trigger } from '../journey/definition.js';
import { newEntryState } from '../journey/engine.js';
import type { EntryState } from '../journey/entry.js';
import { entryKey } from '../journey/entry-key.js';
import type { StartsBy, StartsByFact, Starts as WaysToStart } from '../journey/triggers/kind.js';
import { triggerKind } from '../journey/triggers/kind-of.js';
import { type MatchableFact, type Matched, match, noMatch } from './matched.js';

/** A journey that facts can start. */
export interface LiveJourney {
  readonly id: string;
  readonly state: 'active' | 'paused' | 'archived';
  readonly definition: JourneyDefinition;
}

/** An entry that is armed or open, as matching sees it. */
export interface LiveEntry {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly state: 'armed' | 'open';
  readonly dueAt: Instant | null;
}

export interface NewEntry {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly about: About;
  readonly dueAt: Instant;
  readonly triggerEventId: string;
  readonly createdAt: Instant;
  readonly state: EntryState;
}

/** A fact that a journey's trigger knows. */
export type Candidate = MatchableFact & {
  readonly journey: LiveJourney;
  readonly starts: StartsByFact<Trigger>;
  readonly role: 'start' | 'reset';
};

/** Lazy starts: what facts make of the entries that are there. */
export interface Starts {
  readonly matched: readonly Matched[];
  readonly created: readonly NewEntry[];
  readonly postponed: readonly { readonly id: EntryId; readonly dueAt: Instant }[];
}

/** Which triggers the facts meet: `timely` ones may start or put off something, `late` ones only say so. */
export function meetTriggers(
  journeys: readonly LiveJourney[],
  facts: readonly MatchableFact[],
): { readonly timely: readonly Candidate[]; readonly late: readonly Matched[] } {
  const candidates = facts.flatMap((one) => journeys.flatMap((journey) => candidateFor(journey, one)));
  const late = candidates.filter(({ trigger }) => !trigger);
  return {
    timely: candidates.filter(({ trigger }) => trigger),
    late: late.map(({ journey, fact }) => ({ ...noMatch(fact, journey.id), reason: 'late-or-imported' })),
  };
}

function candidateFor(journey: LiveJourney, one: MatchableFact): readonly Candidate[] {
  if (one.fact.name === calledFact) return calls(one.fact, journey) ? [{ ...one, journey, starts: byCall, role: 'start' }] : [];
  const kind = triggerKind(journey.definition.trigger);
  const begins = beginnings[kind.startsBy] as (starts: WaysToStart<Trigger>, trigger: Trigger, fact: Fact) => Begun;
  const begun = begins(kind, journey.definition.trigger, one.fact);
  return begun === null ? [] : [{ ...one, journey, ...begun }];
}

/** A journey that is called begins at once, whatever it begins by otherwise. */
function calls({ properties }: Fact, { id }: LiveJourney): boolean {
  return properties['journey'] === id;
}

const byCall: StartsByFact<Trigger> = { startsBy: 'fact', role: () => 'start', dueAt: (_trigger, fact) => fact.at, holds: () => true };

type Begun = Pick<Candidate, 'starts' | 'role'> | null;

/**
 * What a fact does to a trigger, by the way in which that starts entries: the compiler asks for each way, so that none arms nothing without
 * a word.
 */
const beginnings: {
  readonly [By in StartsBy]: (starts: Extract<WaysToStart<Trigger>, { readonly startsBy: By }>, trigger: Trigger, fact: Fact) => Begun;
} = {
  fact(starts, trigger, fact) {
    const role = starts.role(trigger, fact);
    return role === null ? null : { starts, role };
  },
  // By no other fact than a call.
  call: () => null,
};

/**
 * Arms entries, puts armed ones off, and leaves open ones alone. `live`: the entries of these journeys and people that have not finished.
 */
export function startEntries(timely: readonly Candidate[], live: readonly LiveEntry[], newId: () => string): Starts {
  const plan = new EntryPlan(live, newId);
  const matched = timely.map((candidate) => plan.take(candidate));
  return { matched, created: plan.created(), postponed: plan.postponed() };
}

/** A fact sees what the ones before it did. */
class EntryPlan {
  readonly #live = new Map<string, LiveEntry>();
  readonly #created = new Map<EntryId, NewEntry>();
  readonly #postponed = new Map<EntryId, Instant>();
  readonly #newId: () => string;

  constructor(live: readonly LiveEntry[], newId: () => string) {
    this.#newId = newId;
    for (const entry of live) this.#live.set(slotOf(entry.journeyId, entry.profileId, entry.entryKey), entry);
  }

  created(): readonly NewEntry[] {
    return [...this.#created.values()];
  }

  postponed(): readonly { readonly id: EntryId; readonly dueAt: Instant }[] {
    return [...this.#postponed].map(([id, dueAt]) => ({ id, dueAt }));
  }

  take({ journey, fact, starts, role }: Candidate): Matched {
    const { trigger, entry } = journey.definition;
    const key = entryKey(entry, fact);
    if (key === null) return { ...noMatch(fact, journey.id), reason: 'no-entry-key' };
    const slot = slotOf(journey.id, fact.profileId, key);
    const there = this.#live.get(slot);
    const dueAt = starts.dueAt(trigger, fact);

    if (there?.state === 'armed') return this.#postpone(slot, there, dueAt, fact);
    if (there) return { ...match(fact, journey.id, there.id), result: 'joined', reason: 'entry-open' };
    if (role === 'reset') return { ...noMatch(fact, journey.id), reason: 'nothing-armed' };
    if (journey.state !== 'active') return { ...match(fact, journey.id, null), result: 'not-entered', reason: 'paused' };
    if ((fact.depth ?? 0) > mostInARow) return { ...match(fact, journey.id, null), result: 'not-entered', reason: 'too-many-in-a-row' };
    if (!starts.holds(trigger, fact)) return { ...noMatch(fact, journey.id), reason: 'where' };
    return this.#create(slot, journey, fact, key, dueAt);
  }

  #postpone(slot: string, there: LiveEntry, dueAt: Instant, fact: Fact): Matched {
    const later = Math.max(there.dueAt ?? 0, dueAt);
    const created = this.#created.get(there.id);
    if (created) this.#created.set(there.id, { ...created, dueAt: later });
    else if (later !== there.dueAt) this.#postponed.set(there.id, later);
    this.#live.set(slot, { ...there, dueAt: later });
    return { ...match(fact, there.journeyId, there.id), result: 'postponed', reason: null };
  }

  #create(slot: string, journey: LiveJourney, fact: Fact, key: string, dueAt: Instant): Matched {
    const id = this.#newId() as EntryId;
    const entry: NewEntry = {
      id,
      journeyId: journey.id as JourneyId,
      profileId: fact.profileId,
      entryKey: key,
      about: fact.about ?? [],
      dueAt,
      triggerEventId: fact.eventId,
      createdAt: fact.at,
      state: newEntryState({ at: fact.at, trigger: fact.properties, depth: fact.depth }),
    };
    this.#created.set(id, entry);
    this.#live.set(slot, { id, journeyId: entry.journeyId, profileId: fact.profileId, entryKey: key, state: 'armed', dueAt });
    return { ...match(fact, journey.id, id), result: 'armed', reason: null };
  }
}

const slotOf = (journeyId: string, profileId: string, key: string): string => `${journeyId}\n${profileId}\n${key}`;
