import { z } from 'zod';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';
import { isInWindow, toWindowMs, windowEdges, windowShape, windowWords } from './window.js';

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

const yaml = z.strictObject({ ...windowShape, ...comparisonShape }).superRefine(oneComparison);

/** The newest rating that the person gave, in feedback or in a review. Unknown where there is none. */
export const lastRating: ConditionKind<LastRating, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml.meta({ description: 'The newest rating that the person gave, in feedback or in a review.' }),
  compile: (source) => ({
    kind: 'last_rating',
    comparison: toComparison(source),
    windowMs: toWindowMs(source),
  }),
  notMet: () => 'last-rating-not-met',
  about: 'person',
  needs: () => [{ of: 'service' }],
  evaluate({ comparison, windowMs }, { at, known }) {
    const rated = (known.service ?? []).filter(({ rating, openedAt }) => rating !== null && isInWindow(openedAt, windowMs, at));
    const [newest] = rated.toSorted((a, b) => b.openedAt - a.openedAt);
    return compare(comparison, newest?.rating ?? null);
  },
  changedBy: () => ['feedback.submitted', 'product.reviewed'],
  changesAt: ({ windowMs }, { at, known }) =>
    earliestAfter(
      at,
      (known.service ?? []).flatMap(({ openedAt }) => windowEdges(openedAt, windowMs)),
    ),
  describe: ({ comparison, windowMs }, holds) =>
    `the person's last rating${windowWords(windowMs)} ${describeComparison(comparison, holds)}`,
};
