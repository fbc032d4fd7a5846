// To add a kind of condition: its shape in `condition.ts`, a file here with how it is judged and said, a line in `kinds`, its YAML form in
// `src/journey/condition-source.ts`, a test in `test/domain/conditions` and an example in a journey.
import { cart } from './cart.js';
import { combination } from './combination.js';
import type { Condition, ConditionFacts, Truth } from './condition.js';
import { consent } from './consent.js';
import { eventCount } from './event-count.js';
import { eventProperty } from './event-property.js';
import { identified } from './identified.js';
import type { ConditionKind, ConditionOf } from './kind.js';
import { message } from './message.js';
import { negation } from './negation.js';
import { trait } from './trait.js';

const kinds: { readonly [K in Condition['kind']]: ConditionKind<ConditionOf<K>> } = {
  all: combination,
  any: combination,
  not: negation,
  trait,
  event_property: eventProperty,
  event_count: eventCount,
  cart,
  consent,
  identified,
  message,
};

/** Three-valued: a missing value makes `unknown`, which filters and branches take for "does not hold". */
export function evaluate(condition: Condition, facts: ConditionFacts): Truth {
  return kindOf(condition).evaluate(condition, facts, evaluate);
}

/** A clause for people: `the cart's value is at least 20`; with `holds` false that it is not so. */
export function describeCondition(condition: Condition, holds = true): string {
  return kindOf(condition).describe(condition, holds, describeCondition);
}

/** The condition and all conditions inside it, outermost first. */
export function allConditions(condition: Condition): readonly Condition[] {
  return [condition, ...(kindOf(condition).parts?.(condition) ?? []).flatMap(allConditions)];
}

function kindOf(condition: Condition): ConditionKind<Condition> {
  return kinds[condition.kind] as ConditionKind<Condition>;
}
