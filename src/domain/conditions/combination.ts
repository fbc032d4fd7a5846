import type { Truth } from './condition.js';
import type { ConditionKind, ConditionOf } from './kind.js';

/** `all`: false as soon as one part is; unknown as soon as one is unknown and none false. `any` is its mirror image. */
export const combination: ConditionKind<ConditionOf<'all' | 'any'>> = {
  evaluate(condition, facts, judge) {
    const decisive: Truth = condition.kind === 'all' ? 'false' : 'true';
    let result: Truth = condition.kind === 'all' ? 'true' : 'false';
    for (const part of condition.of) {
      const answer = judge(part, facts);
      if (answer === decisive) return decisive;
      if (answer === 'unknown') result = 'unknown';
    }
    return result;
  },
  describe(condition, holds, describe) {
    const link = (condition.kind === 'all') === holds ? ' and ' : ' or ';
    return condition.of.map((part) => describe(part, holds)).join(link);
  },
  parts: (condition) => condition.of,
};
