import type { Clock } from '../domain/clock.js';
import type { EntryId, JourneyId } from '../domain/ids.js';
import type { Fact } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import { newEntryState } from '../journey/engine.js';
import { entryKey } from '../journey/entry-key.js';
import { triggerKind } from '../journey/triggers/index.js';
import type { EntryInput } from '../journey/entry.js';
import type { Trx } from '../store/db.js';
import { insertEntryInputs } from '../store/entry-inputs.js';
import { findLiveEntries, insertEntries, postponeArmed, wakeWaiting, type LiveEntry, type NewEntry } from '../store/entries.js';
import { findWaits } from '../store/waits.js';
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
  /** False for imports and for events more than 6 h late: they start nothing, and end only what began before they happened. */
  readonly trigger: boolean;
  readonly newId: () => string;
}

/**
 * Matches facts against live triggers and the waits of entries, inside the caller's transaction: arms, enters, adds inputs, pokes.
 * The caller has locked the canonical profiles (ascending) and carts, and written what the facts speak of.
 *
 * A late order still ends a running series: `trigger: false` keeps facts from starting anything, but an exit or an awaited event that
 * happened after the entry was created is delivered, because a reminder after the purchase is the worse mistake.
 * Statements: 2 when nothing matches, up to 7 when entries are armed and others woken.
 */
export async function matchFacts(trx: Trx, facts: readonly Fact[], context: MatchContext): Promise<readonly Matched[]> {
  if (facts.length === 0) return [];
  const matched: Matched[] = [];
  matched.push(...(await deliverToWaiting(trx, facts, context)));
  matched.push(...(await triggerJourneys(trx, facts, context)));
  for (const fact of facts) {
    if (!matched.some((match) => match.eventId === fact.eventId && match.fact === fact.name))
      matched.push({ ...noMatch(fact, null), reason: 'no-trigger-or-wait' });
  }
  return matched;
}

async function deliverToWaiting(trx: Trx, facts: readonly Fact[], context: MatchContext): Promise<readonly Matched[]> {
  const waits = await findWaits(trx, {
    events: [...new Set(facts.map((fact) => fact.name))],
    profiles: [...new Set(facts.map((fact) => fact.profileId))],
    carts: [...new Set(facts.flatMap((fact) => (fact.cartId ? [fact.cartId] : [])))],
  });
  if (waits.length === 0) return [];

  const matched: Matched[] = [];
  const inputs: { entryId: EntryId; input: EntryInput }[] = [];
  const hastened = new Set<EntryId>();
  for (const fact of facts) {
    const forFact = waits.filter(
      (wait) =>
        wait.event === fact.name &&
        ((wait.by === 'profile' && wait.value === fact.profileId) || (wait.by === 'cart' && wait.value === fact.cartId)) &&
        (context.trigger || fact.at >= wait.entryCreatedAt),
    );
    for (const entryId of new Set(forFact.map((wait) => wait.entryId))) {
      const ofEntry = forFact.filter((wait) => wait.entryId === entryId);
      inputs.push({
        entryId,
        input: {
          kind: 'fact',
          name: fact.name,
          at: fact.at,
          eventId: fact.eventId,
          cartId: fact.cartId ?? null,
          profileMatch: ofEntry[0]?.profileId === fact.profileId,
          cartMatch: fact.cartId !== undefined && ofEntry[0]?.cartId === fact.cartId,
          properties: fact.properties,
        },
      });
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
  if (inputs.length > 0) await insertEntryInputs(trx, inputs, context.clock.now());
  if (hastened.size > 0) await wakeWaiting(trx, [...hastened].sort());
  return matched;
}

async function triggerJourneys(trx: Trx, facts: readonly Fact[], context: MatchContext): Promise<readonly Matched[]> {
  const journeys = await loadLiveJourneys(trx);
  const candidates = facts.flatMap((fact) => journeys.flatMap((journey) => candidateFor(journey, fact)));
  if (candidates.length === 0) return [];
  if (!context.trigger) return candidates.map(({ journey, fact }) => ({ ...noMatch(fact, journey.id), reason: 'late-or-imported' }));

  const live = await findLiveEntries(trx, {
    journeys: [...new Set(candidates.map(({ journey }) => journey.id))],
    profiles: [...new Set(candidates.map(({ fact }) => fact.profileId))],
  });
  const plan = new EntryPlan(live, context);
  const matched = candidates.map((candidate) => plan.take(candidate));
  await insertEntries(trx, plan.created());
  await postponeArmed(trx, plan.postponed());
  return matched;
}

type Candidate = { readonly journey: PublishedJourney; readonly fact: Fact; readonly role: 'start' | 'reset' };

function candidateFor(journey: PublishedJourney, fact: Fact): readonly Candidate[] {
  const { trigger } = journey.definition;
  const role = triggerKind(trigger).role(trigger, fact);
  return role === null ? [] : [{ journey, fact, role }];
}

/** What a batch of facts makes of the entries that are there: a fact sees what the ones before it did. */
class EntryPlan {
  readonly #live = new Map<string, LiveEntry & { readonly isNew?: NewEntry }>();
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
