import type { RawBuilder } from 'kysely';
import type { Clock } from '../domain/clock.js';
import type { EntryId, JourneyId } from '../domain/ids.js';
import type { Fact } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import { tellsPlace } from '../domain/zone-evidence.js';
import { newEntryState } from '../journey/engine.js';
import { entryKey } from '../journey/entry-key.js';
import { triggerKind } from '../journey/triggers/index.js';
import type { EntryInput } from '../journey/entry.js';
import type { Trx } from '../store/db.js';
import { type NewInput, writeInputs } from '../store/entry-inputs.js';
import { findLiveEntries, type LiveEntry, type NewEntry, writeArmed, writePostponed, writeWoken } from '../store/entries.js';
import { findWaits, type WaitMatch } from '../store/waits.js';
import { writeTogether } from '../store/write-together.js';
import { loadLiveJourneys, type PublishedJourney } from './live-journeys.js';

/** What one fact did, or why it did nothing: `event show` tells it in these words. */
export interface Matched {
  readonly eventId: string;
  readonly fact: string;
  readonly journeyId: string | null;
  readonly entryId: string | null;
  /** `note`: what ingest has to say about the event itself, such as an address that is none. */
  readonly result: 'armed' | 'postponed' | 'entered' | 'input' | 'not-entered' | 'joined' | 'no-match' | 'note';
  readonly reason: string | null;
}

export interface MatchContext {
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A fact, and whether it may start anything: facts of imports, and of events more than 6 h late, end only what began before they happened. */
export interface MatchableFact {
  readonly fact: Fact;
  readonly trigger: boolean;
}

/** What facts come to, and the writes that make it so: parts of one statement (`writeTogether`). */
export interface MatchPlan {
  readonly matched: readonly Matched[];
  readonly writes: Readonly<Record<'inputs' | 'woken' | 'armed' | 'postponed', RawBuilder<unknown> | null>>;
}

/**
 * Matches facts against live triggers and the waits of entries, inside the caller's transaction: arms, enters, adds inputs, pokes.
 * The caller has locked the canonical profiles (ascending) and carts, and written what the facts speak of. Statements: those of `planMatches`, and one.
 */
export async function matchFacts(trx: Trx, facts: readonly Fact[], context: MatchContext): Promise<readonly Matched[]> {
  const { matched, writes } = await planMatches(
    trx,
    facts.map((fact) => ({ fact, trigger: true })),
    context,
  );
  await writeTogether(trx, writes);
  return matched;
}

/**
 * As `matchFacts`, without the writes. It reads entries and what they wait for, and nothing that the facts themselves change.
 *
 * A late order still ends a running series: `trigger: false` keeps facts from starting anything, but an exit or an awaited event that
 * happened after the entry was created is delivered, because a reminder after the purchase is the worse mistake.
 * Statements: 2 when nothing matches, 3 when a trigger does.
 */
export async function planMatches(trx: Trx, facts: readonly MatchableFact[], context: MatchContext): Promise<MatchPlan> {
  if (facts.length === 0) return { matched: [], writes: { inputs: null, woken: null, armed: null, postponed: null } };
  const delivery = deliverToWaiting(await readWaits(trx, facts), facts);
  const entering = await triggerJourneys(trx, facts, context);
  const matched = [...delivery.matched, ...entering.matched];
  const heard = new Set(matched.map(({ eventId, fact }) => keyOf(eventId, fact)));
  const unheard = facts.filter(({ fact }) => !heard.has(keyOf(fact.eventId, fact.name)));
  return {
    matched: [...matched, ...unheard.map(({ fact }) => ({ ...noMatch(fact, null), reason: 'no-trigger-or-wait' }))],
    writes: {
      inputs: writeInputs(delivery.inputs, context.clock.now()),
      woken: writeWoken(delivery.hastened),
      armed: writeArmed(entering.created),
      postponed: writePostponed(entering.postponed),
    },
  };
}

const keyOf = (eventId: string, fact: string): string => `${fact}\n${eventId}`;

function readWaits(trx: Trx, facts: readonly MatchableFact[]): Promise<readonly WaitMatch[]> {
  return findWaits(trx, {
    events: [...new Set(facts.map(({ fact }) => fact.name))],
    profiles: [...new Set(facts.map(({ fact }) => fact.profileId))],
    carts: [...new Set(facts.flatMap(({ fact }) => (fact.cartId ? [fact.cartId] : [])))],
  });
}

function deliverToWaiting(waits: readonly WaitMatch[], facts: readonly MatchableFact[]) {
  const matched: Matched[] = [];
  const inputs: NewInput[] = [];
  const hastened = new Set<EntryId>();
  if (waits.length === 0) return { matched, inputs, hastened: [] };
  for (const { fact, trigger } of facts) {
    const forFact = waits.filter(
      (wait) =>
        wait.event === fact.name &&
        ((wait.by === 'profile' && wait.value === fact.profileId) || (wait.by === 'cart' && wait.value === fact.cartId)) &&
        (trigger || fact.at >= wait.entryCreatedAt) &&
        (wait.purpose !== 'place' || tellsPlace(fact)),
    );
    for (const entryId of new Set(forFact.map((wait) => wait.entryId))) {
      const ofEntry = forFact.filter((wait) => wait.entryId === entryId);
      inputs.push({ entryId, input: inputOf(fact, ofEntry[0]) });
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

function inputOf(fact: Fact, wait: WaitMatch | undefined): EntryInput {
  return {
    kind: 'fact',
    name: fact.name,
    at: fact.at,
    eventId: fact.eventId,
    cartId: fact.cartId ?? null,
    profileMatch: wait?.profileId === fact.profileId,
    cartMatch: fact.cartId !== undefined && wait?.cartId === fact.cartId,
    properties: fact.properties,
  };
}

async function triggerJourneys(trx: Trx, facts: readonly MatchableFact[], context: MatchContext) {
  const journeys = await loadLiveJourneys(trx);
  const candidates = facts.flatMap((one) => journeys.flatMap((journey) => candidateFor(journey, one)));
  const late = candidates
    .filter(({ trigger }) => !trigger)
    .map(({ journey, fact }) => ({ ...noMatch(fact, journey.id), reason: 'late-or-imported' }));
  const timely = candidates.filter(({ trigger }) => trigger);
  if (timely.length === 0) return { matched: late, created: [], postponed: [] };

  const live = await findLiveEntries(trx, {
    journeys: [...new Set(timely.map(({ journey }) => journey.id))],
    profiles: [...new Set(timely.map(({ fact }) => fact.profileId))],
  });
  const plan = new EntryPlan(live, context);
  const matched = timely.map((candidate) => plan.take(candidate));
  return { matched: [...matched, ...late], created: plan.created(), postponed: plan.postponed() };
}

type Candidate = MatchableFact & { readonly journey: PublishedJourney; readonly role: 'start' | 'reset' };

function candidateFor(journey: PublishedJourney, one: MatchableFact): readonly Candidate[] {
  const { trigger } = journey.definition;
  const role = triggerKind(trigger).role(trigger, one.fact);
  return role === null ? [] : [{ ...one, journey, role }];
}

/** What a batch of facts makes of the entries that are there: a fact sees what the ones before it did. */
class EntryPlan {
  readonly #live = new Map<string, LiveEntry>();
  readonly #created = new Map<EntryId, NewEntry>();
  readonly #postponed = new Map<EntryId, Instant>();
  readonly #context: MatchContext;

  constructor(live: readonly LiveEntry[], context: MatchContext) {
    this.#context = context;
    for (const entry of live) this.#live.set(slotOf(entry.journeyId, entry.profileId, entry.entryKey), entry);
  }

  created(): readonly NewEntry[] {
    return [...this.#created.values()];
  }

  postponed(): readonly { readonly id: EntryId; readonly dueAt: Instant }[] {
    return [...this.#postponed].map(([id, dueAt]) => ({ id, dueAt }));
  }

  take({ journey, fact, role }: Candidate): Matched {
    const { trigger, entry } = journey.definition;
    const kind = triggerKind(trigger);
    const key = entryKey(entry, fact);
    if (key === null) return { ...noMatch(fact, journey.id), reason: 'no-entry-key' };
    const slot = slotOf(journey.id, fact.profileId, key);
    const there = this.#live.get(slot);
    const dueAt = kind.dueAt(trigger, fact);

    if (there?.state === 'armed') return this.#postpone(slot, there, dueAt, fact);
    if (there) return { ...match(fact, journey.id, there.id), result: 'joined', reason: 'entry-open' };
    if (role === 'reset') return { ...noMatch(fact, journey.id), reason: 'nothing-armed' };
    if (journey.state !== 'active') return { ...match(fact, journey.id, null), result: 'not-entered', reason: 'paused' };
    if (!kind.holds(trigger, fact)) return { ...noMatch(fact, journey.id), reason: 'where' };
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

  #create(slot: string, journey: PublishedJourney, fact: Fact, key: string, dueAt: Instant): Matched {
    const id = this.#context.newId() as EntryId;
    const cartId = fact.cartId ?? null;
    const entry: NewEntry = {
      id,
      journeyId: journey.id as JourneyId,
      profileId: fact.profileId,
      entryKey: key,
      cartId,
      dueAt,
      triggerEventId: fact.eventId,
      createdAt: fact.at,
      state: newEntryState({ at: fact.at, trigger: fact.properties, cartId }),
    };
    this.#created.set(id, entry);
    this.#live.set(slot, { id, journeyId: entry.journeyId, profileId: fact.profileId, entryKey: key, state: 'armed', dueAt });
    return { ...match(fact, journey.id, id), result: 'armed', reason: null };
  }
}

const slotOf = (journeyId: string, profileId: string, key: string): string => `${journeyId}\n${profileId}\n${key}`;

function match(fact: Fact, journeyId: string, entryId: string | null) {
  return { eventId: fact.eventId, fact: fact.name, journeyId, entryId };
}

function noMatch(fact: Fact, journeyId: string | null) {
  return { ...match(fact, journeyId ?? '', null), journeyId, result: 'no-match' as const };
}
