import { compare, describeComparison, readPath } from './comparison.js';
import type { ConditionKind, ConditionOf } from './kind.js';

/** A property of the event in question: the one being matched, else the one that started the entry. */
export const eventProperty: ConditionKind<ConditionOf<'event_property'>> = {
  evaluate: (condition, facts) => compare(condition.comparison, readPath(facts.event, condition.path)),
  describe: (condition, holds) => `the event's ${condition.path} ${describeComparison(condition.comparison, holds)}`,
};
