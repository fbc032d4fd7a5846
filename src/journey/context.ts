import type { About } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { ConditionFacts } from './conditions/condition.js';
import type { JourneyDefinition } from './definition.js';

/** What the engine may know. `at` is the instant of the turn; `timeZone` is where the person's calendar days are counted. */
export interface EngineContext {
  readonly definition: JourneyDefinition;
  /** What the entry is about: the shop's carts may have joined since it began. */
  readonly about: About;
  readonly facts: ConditionFacts;
  readonly at: Instant;
  readonly timeZone: string;
  readonly shopTimeZone: string;
  /** A person gets one marketing offer in this time, over all journeys, in milliseconds. */
  readonly offerEveryMs: number;
}

/** The facts as they are at the instant of the turn, with the properties of the event in question, and what waits heard. */
export function factsAbout(
  context: EngineContext,
  event: Readonly<Record<string, unknown>>,
  told?: ConditionFacts['told'],
): ConditionFacts {
  return { ...context.facts, at: context.at, event, ...(told === undefined ? {} : { told }) };
}
