import type { Fact } from '../../domain/events/fact.js';
import type { ConditionFacts } from '../conditions/condition.js';
import { evaluate } from '../conditions/kind-of.js';
import type { TriggerKind, TriggerOf } from './trigger-kind.js';

/** Starts at once when the fact comes. `where` reads the fact alone. */
export const event: TriggerKind<TriggerOf<'event'>> = {
  role: (trigger, fact) => (trigger.event === fact.name ? 'start' : null),
  dueAt: (_trigger, fact) => fact.at,
  holds: (trigger, fact) => trigger.where === null || evaluate(trigger.where, factsOf(fact)) === 'true',
};

function factsOf(fact: Fact): ConditionFacts {
  return {
    at: fact.at,
    profile: { identified: false, traits: {} },
    cart: null,
    consents: [],
    topics: { version: 0, topics: [] },
    known: {},
    event: fact.properties,
    messages: {},
  };
}
