import { z } from 'zod';
import type { Fact, FactName } from '../../domain/events/fact.js';
import type { Condition, ConditionFacts } from '../conditions/condition.js';
import type { ConditionParts } from '../conditions/kind.js';
import { allConditions, conditionKind, describeCondition, evaluate } from '../conditions/kind-of.js';
import { factText } from '../fields.js';
import { error } from '../finding.js';
import { sayFact } from '../words.js';
import type { TriggerKind } from './kind.js';

declare module '../definition.js' {
  interface TriggerShapes {
    readonly event: EventTrigger;
  }
}

interface EventTrigger {
  readonly kind: 'event';
  readonly event: FactName;
  readonly where: Condition | null;
}

const yaml = ({ condition }: ConditionParts) => z.strictObject({ name: factText, where: condition().optional() });

/** Starts at once when the fact comes. `where` reads the fact alone. */
export const event: TriggerKind<EventTrigger, z.output<ReturnType<typeof yaml>>> = {
  startsBy: 'fact',
  yaml,
  compile: ({ name, where }, tools) => ({
    kind: 'event',
    event: tools.event(name, 'name'),
    where: where ? tools.condition(where, 'where') : null,
  }),
  facts: (trigger) => [trigger.event],
  reads: ({ where }) => (where === null ? [] : [where]),
  leadMs: () => 0,
  lint({ where }, path) {
    const foreign = where === null ? undefined : allConditions(where).find((one) => !['event', 'parts'].includes(conditionKind(one).about));
    if (foreign === undefined) return [];
    return [
      error(
        [...path, 'where'],
        `"where" of a trigger sees the event alone, and "${foreign.kind}" is not about it.`,
        'Use event_property here, and put the rest under entry: filters.',
      ),
    ];
  },
  sentence: (trigger) =>
    `Begins on ${sayFact(trigger.event)}${trigger.where === null ? '' : `, where ${describeCondition(trigger.where)}`}.`,
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
