import { compare, describeComparison, readPath } from './comparison.js';
import type { ConditionKind, ConditionOf } from './kind.js';

/** A trait of the profile by name or dotted path. */
export const trait: ConditionKind<ConditionOf<'trait'>> = {
  evaluate: (condition, facts) => compare(condition.comparison, readPath(facts.profile.traits, condition.name)),
  describe: (condition, holds) => `the trait ${condition.name} ${describeComparison(condition.comparison, holds)}`,
};
