import { z } from 'zod';
import { tiers } from '../../domain/engagement/engagement-tier.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type Comparison, compare, describeComparison, toComparison } from './comparison.js';
import { type ConditionKind, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly tier: TierCondition;
  }
}

interface TierCondition {
  readonly kind: 'tier';
  readonly comparison: Comparison;
}

const one = z.enum(tiers);
const several = z.array(one).min(1);
const shape = { is: one.optional(), is_not: one.optional(), in: several.optional(), not_in: several.optional() };
const yaml = z
  .strictObject(shape)
  .superRefine(oneOf(Object.keys(shape), 'one comparison', bothConditions))
  .meta({ description: 'How engaged the person is, by policies/engagement.yaml.', examples: [{ in: ['new', 'hot', 'warm'] }] });

/** How engaged the person is when the step is reached. A person whose tier nobody has worked out is in none. */
export const tier: ConditionKind<TierCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'tier', comparison: toComparison(source) }),
  notMet: () => 'tier-not-met',
  about: 'entry',
  evaluate: ({ comparison }, { tier: held }) => compare(comparison, held?.()),
  describe: ({ comparison }, holds) => `the person's engagement ${describeComparison(comparison, holds)}`,
};
