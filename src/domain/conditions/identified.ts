import type { ConditionKind, ConditionOf } from './kind.js';
import { truth } from './kind.js';

/** Is the person known, or only a browser? */
export const identified: ConditionKind<ConditionOf<'identified'>> = {
  evaluate: (condition, facts) => truth(facts.profile.identified === condition.is),
  describe: (condition, holds) => `the person is ${condition.is === holds ? 'known' : 'not known'}`,
};
