import { z } from 'zod';
import { currentValue } from '../../domain/answers/answer.js';
import type { Instant } from '../../domain/time/instant.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type Comparison, compare, comparisonOperators, comparisonShape, describeComparison, toComparison } from './comparison.js';
import type { ConditionFacts } from './condition.js';
import { type ConditionKind, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly answer: AnswerCondition;
  }
}

interface AnswerCondition {
  readonly kind: 'answer';
  /** The field. */
  readonly name: string;
  /** Or whether there is none that counts, so that it may be asked. */
  readonly comparison: Comparison | { readonly op: 'stale'; readonly value: boolean };
}

const yaml = z
  .strictObject({
    name: z.string().min(1),
    stale: z.boolean().optional().meta({ description: 'true: never answered, taken back, or too old, so it may be asked again.' }),
    ...comparisonShape,
  })
  .superRefine(oneOf([...comparisonOperators, 'stale'], 'one comparison', bothConditions));

/** What the person said to a question. An answer that is too old is unknown. */
export const answer: ConditionKind<AnswerCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({
    kind: 'answer',
    name: source.name,
    comparison: source.stale === undefined ? toComparison(source) : { op: 'stale', value: source.stale },
  }),
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
