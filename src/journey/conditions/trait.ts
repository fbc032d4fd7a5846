import { z } from 'zod';
import { readPath } from '../../domain/values/read-path.js';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import { type ConditionKind, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly trait: TraitCondition;
  }
}

interface TraitCondition {
  readonly kind: 'trait';
  readonly name: string;
  readonly comparison: Comparison;
}

const yaml = z.strictObject({ name: z.string().min(1), ...comparisonShape }).superRefine(oneComparison);

/** A trait of the profile by name or dotted path. */
export const trait: ConditionKind<TraitCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'trait', name: source.name, comparison: toComparison(source) }),
  notMet: () => 'trait-not-met',
  about: 'person',
  changedBy: () => ['profile.updated'],
  evaluate: ({ comparison, name }, facts) => compare(comparison, readPath(facts.profile.traits, name)),
  describe: ({ comparison, name }, holds) => `the trait ${name} ${describeComparison(comparison, holds)}`,
};
