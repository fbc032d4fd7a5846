import { z } from 'zod';
import { durationWords } from '../../domain/time/duration.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly last_rating: LastRating;
  }
}

interface LastRating {
  readonly kind: 'last_rating';
  readonly comparison: Comparison;
  /** Milliseconds back from the instant of evaluation; null: ever. */
  readonly windowMs: number | null;
}

const yaml = z.strictObject({ within: durationText.optional(), ...comparisonShape }).superRefine(oneComparison);

/** The newest rating that the person gave, in feedback or in a review. Unknown where there is none. */
export const lastRating: ConditionKind<LastRating, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml.meta({ description: 'The newest rating that the person gave, in feedback or in a review.' }),
  compile: (source) => ({
    kind: 'last_rating',
    comparison: toComparison(source),
    windowMs: source.within === undefined ? null : toLimitMs(source.within),
  }),
  notMet: () => 'last-rating-not-met',
  about: 'person',
  needs: () => [{ of: 'service' }],
  evaluate({ comparison, windowMs }, { at, known }) {
    const from = windowMs === null ? Number.NEGATIVE_INFINITY : at - windowMs;
    const rated = (known.service ?? []).filter(({ rating, openedAt }) => rating !== null && openedAt > from && openedAt <= at);
    const [newest] = rated.toSorted((a, b) => b.openedAt - a.openedAt);
    return compare(comparison, newest?.rating ?? null);
  },
  changedBy: () => ['feedback.submitted', 'product.reviewed'],
  changesAt: ({ windowMs }, { at, known }) =>
    earliestAfter(
      at,
      (known.service ?? []).flatMap(({ openedAt }) => (windowMs === null ? [openedAt] : [openedAt, openedAt + windowMs])),
    ),
  describe({ comparison, windowMs }, holds) {
    const window = windowMs === null ? '' : ` within ${durationWords(windowMs)}`;
    return `the person's last rating${window} ${describeComparison(comparison, holds)}`;
  },
};
