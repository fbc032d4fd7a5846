import { z } from 'zod';
import {
  type Comparison,
  compare,
  comparisonShape,
  describeComparison,
  oneComparison,
  toComparison,
} from '../../src/journey/conditions/comparison.js';
import type { ConditionKind } from '../../src/journey/conditions/kind.js';
import type { Need } from '../../src/journey/knowledge.js';

interface PointsCondition {
  readonly kind: 'points';
  readonly comparison: Comparison;
}

const yaml = z.strictObject(comparisonShape).superRefine(oneComparison);

/** A kind on trial: how many points somebody has, which only its own source knows. */
export const points: ConditionKind<PointsCondition, z.output<typeof yaml>> = {
  yaml: () => yaml,
  compile: (source) => ({ kind: 'points', comparison: toComparison(source) }),
  notMet: () => 'too-few-points',
  about: 'person',
  parts: () => [],
  changedBy: () => [],
  changesAt: () => null,
  // A kind of the product has its name in `Questions`.
  needs: () => [{ of: 'points' } as unknown as Need],
  evaluate: ({ comparison }, { known }) => compare(comparison, (known as { readonly points?: number }).points),
  describe: ({ comparison }, holds) => `the number of points ${describeComparison(comparison, holds)}`,
};
