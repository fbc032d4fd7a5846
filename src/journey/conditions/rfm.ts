import { z } from 'zod';
import { orderFactNames, paidAtOf } from '../../domain/orders/known-order.js';
import { type RfmMeasure, rfmMeasures, rfmScores } from '../../domain/orders/rfm.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly rfm: RfmCondition;
  }
}

interface RfmCondition {
  readonly kind: 'rfm';
  readonly measure: RfmMeasure;
  readonly comparison: Comparison;
}

const comparison = z.strictObject(comparisonShape).superRefine(oneComparison);
const yaml = z
  .strictObject({
    recency: comparison.optional().meta({ description: 'How lately they bought: 5 are the fifth of buyers who bought last, 1 the first.' }),
    frequency: comparison.optional().meta({ description: 'How often: 5 are the fifth who bought most often.' }),
    monetary: comparison.optional().meta({ description: 'For how much, less refunds: 5 are the fifth who bought for most.' }),
  })
  .superRefine(oneOf(rfmMeasures, 'one of recency, frequency and monetary', bothConditions));

/** The fifth of all buyers that the person is in. Not known without a purchase, and while there are too few buyers to part. */
export const rfm: ConditionKind<RfmCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile(source) {
    const measure = rfmMeasures.find((name) => source[name] !== undefined) ?? 'recency';
    return { kind: 'rfm', measure, comparison: toComparison(source[measure] ?? {}) };
  },
  notMet: () => 'rfm-not-met',
  about: 'person',
  needs: () => [{ of: 'orders', lines: false }, { of: 'rfm' }],
  evaluate({ measure, comparison: asked }, { at, known: { orders, rfm: bounds } }) {
    const scores = bounds == null ? null : rfmScores(orders?.own ?? [], bounds, at);
    return compare(asked, scores?.[measure] ?? null);
  },
  changedBy: () => orderFactNames,
  changesAt: (_condition, { at, known: { orders } }) => earliestAfter(at, (orders?.own ?? []).map(paidAtOf)),
  describe: ({ measure, comparison: asked }, holds) => `the fifth of buyers by ${measure} ${describeComparison(asked, holds)}`,
};
