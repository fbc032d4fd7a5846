import type { Fact } from '../domain/events/fact.js';

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

/**
 * A fact, and whether it may start anything: facts of imports, and of events more than 6 h late, end only what began before they happened.
 */
export interface MatchableFact {
  readonly fact: Fact;
  readonly trigger: boolean;
  /** A paid order that names its cart by the shop's own token: it ends what that cart began, whatever its time stamp says. */
  readonly namesCart?: boolean;
}

export function match(fact: Fact, journeyId: string, entryId: string | null) {
  return { eventId: fact.eventId, fact: fact.name, journeyId, entryId };
}

export function noMatch(fact: Fact, journeyId: string | null) {
  return { ...match(fact, journeyId ?? '', null), journeyId, result: 'no-match' as const };
}

/** Those facts that did nothing anywhere say so too. */
export function withUnheard(facts: readonly MatchableFact[], matched: readonly Matched[]): readonly Matched[] {
  const heard = new Set(matched.map(({ eventId, fact }) => keyOf(eventId, fact)));
  const unheard = facts.filter(({ fact }) => !heard.has(keyOf(fact.eventId, fact.name)));
  return [...matched, ...unheard.map(({ fact }) => ({ ...noMatch(fact, null), reason: 'no-trigger-or-wait' }))];
}

const keyOf = (eventId: string, fact: string): string => `${fact}\n${eventId}`;
