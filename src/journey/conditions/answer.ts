import type { z } from 'zod';
import { currentValue } from '../../domain/answers/answer.js';
import type { Instant } from '../../domain/time/instant.js';
import { compare, describeComparison } from './comparison.js';
import type { ConditionFacts } from './condition.js';
import { type ConditionKind, plain, truth } from './kind.js';
import { type ComparisonOrStale, namedOrStale, toComparisonOrStale } from './stale.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly answer: AnswerCondition;
  }
}

interface AnswerCondition {
  readonly kind: 'answer';
  /** The field. */
  readonly name: string;
  readonly comparison: ComparisonOrStale;
}

const yaml = namedOrStale('true: never answered, taken back, or too old, so it may be asked again.');

/** What the person said to a question. An answer that is too old is unknown. */
export const answer: ConditionKind<AnswerCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'answer', name: source.name, comparison: toComparisonOrStale(source) }),
  notMet: () => 'answer-not-met',
  about: 'person',
  needs: ({ name }) => [{ of: 'answers', name }],
  changedBy: () => ['answer.given'],
  changesAt: ({ name }, facts) => expiryOf(name, facts),
  evaluate({ name, comparison }, { at, known }) {
    const value = currentValue(known.answers?.[name], at);
    return comparison.op === 'stale' ? truth((value === undefined) === comparison.value) : compare(comparison, value);
  },
  describe({ name, comparison }, holds) {
    if (comparison.op !== 'stale') return `the answer ${name} ${describeComparison(comparison, holds)}`;
    return comparison.value === holds ? `there is no answer ${name} that counts` : `there is an answer ${name} that counts`;
  },
};

/** When an answer that counts now will be too old; null: none does. */
export function expiryOf(name: string, { at, known }: ConditionFacts): Instant | null {
  const found = known.answers?.[name];
  return found === undefined || currentValue(found, at) === undefined ? null : found.expiresAt;
}
