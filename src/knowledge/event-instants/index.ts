import type { FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { KnowledgeSource } from '../source.js';
import { instantsInMemory } from './memory.js';
import { type InstantsJson, selectInstants } from './store.js';

/** When something happened to the person, newest first. */
export type EventInstants = Readonly<Partial<Record<FactName, readonly Instant[]>>>;

/** From when on each fact is asked for; null: ever. */
export type SinceByFact = ReadonlyMap<FactName, Instant | null>;

/** `windowMs`: milliseconds back from the instant of the turn; null: ever. */
export interface InstantsNeed {
  readonly name: FactName;
  readonly windowMs: number | null;
}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly event_instants: InstantsNeed;
  }
  interface Answers {
    readonly event_instants: EventInstants;
  }
}

/** When what conditions count happened: to the person, and orders of those who share an address with them. */
export const eventInstants: KnowledgeSource<InstantsNeed, SinceByFact, EventInstants> = {
  question: sinceByFact,
  fromStore: selectInstants,
  read: (json) => grouped((json ?? []) as InstantsJson),
  fromMemory: (question, look) => grouped(instantsInMemory(question, look)),
};

export function sinceByFact(needs: readonly InstantsNeed[], at: Instant): SinceByFact {
  const since = new Map<FactName, Instant | null>();
  for (const { name, windowMs } of needs) {
    const known = since.get(name);
    since.set(name, known === null || windowMs === null ? null : Math.min(known ?? at, at - windowMs));
  }
  return since;
}

/** By their names, in the order in which they come. */
export function grouped(facts: readonly { readonly name: FactName; readonly at: Instant }[]): EventInstants {
  const instants: Partial<Record<FactName, Instant[]>> = {};
  for (const { name, at } of facts) (instants[name] ??= []).push(at);
  return instants;
}
