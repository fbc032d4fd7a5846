import { z } from 'zod';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import { type ConditionKind, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly heard: HeardCondition;
  }
}

interface HeardCondition {
  readonly kind: 'heard';
  readonly step: string;
  readonly property: string;
  readonly comparison: Comparison;
}

const yaml = z
  .strictObject({
    step: z.string().min(1).meta({ description: 'A wait_until before this.' }),
    property: z
      .string()
      .min(1)
      .meta({ description: 'Of the event that the wait heard.', examples: ['rating'] }),
    ...comparisonShape,
  })
  .superRefine(oneComparison);

/** A property of the event that a wait heard. Unknown where the wait heard none, or the event does not have it. */
export const heard: ConditionKind<HeardCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'heard', step: source.step, property: source.property, comparison: toComparison(source) }),
  notMet: () => 'heard-not-met',
  about: 'entry',
  evaluate: ({ step, property, comparison }, { told }) => compare(comparison, told?.[step]?.properties[property]),
  describe: ({ step, property, comparison }, holds) => `the ${property} that ${step} heard ${describeComparison(comparison, holds)}`,
};
