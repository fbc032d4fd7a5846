import type { Condition } from './condition.js';
import type { ConditionKind, ConditionSource } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly not: Negation;
  }
}

interface Negation {
  readonly kind: 'not';
  readonly of: Condition;
}

/** The opposite of what is not known is not known either. */
export const negation: ConditionKind<Negation, ConditionSource> = {
  yaml: ({ condition }) => condition(),
  compile: (source, { inside }) => ({ kind: 'not', of: inside(source, 'not') }),
  notMet: () => 'not-not-met',
  about: 'parts',
  parts: ({ of }) => [of],
  needs: () => [],
  changedBy: () => [],
  changesAt: () => null,
  evaluate({ of }, facts, judge) {
    const answer = judge(of, facts);
    if (answer === 'unknown') return 'unknown';
    return answer === 'true' ? 'false' : 'true';
  },
  describe: ({ of }, holds, describe) => describe(of, !holds),
};
