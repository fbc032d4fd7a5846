import type { ConditionKind, ConditionOf } from './kind.js';

/** The opposite of what is not known is not known either. */
export const negation: ConditionKind<ConditionOf<'not'>> = {
  evaluate(condition, facts, judge) {
    const answer = judge(condition.of, facts);
    if (answer === 'unknown') return 'unknown';
    return answer === 'true' ? 'false' : 'true';
  },
  describe: (condition, holds, describe) => describe(condition.of, !holds),
  parts: (condition) => [condition.of],
};
