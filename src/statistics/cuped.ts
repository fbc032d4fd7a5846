import type { Pair, Sums } from './sums.js';

/**
 * CUPED: what people did before they entered explains a part of what they do after, and this part is taken out. Y' = Y − θ(X − X̄), θ =
 * cov(X, Y) / var(X) over both arms; the effect stays, its variance falls by ρ².
 *
 * X is the same metric before entry (90 days); somebody without a past has the mean of those with one. Nothing after entry may be in X.
 * Source: Deng, Xu, Kohavi & Walker (2013).
 */
export interface PastSums {
  readonly n: number;
  /** Of the outcome, in its unit. */
  readonly sum: number;
  readonly sumSquares: number;
  /** Of the value before entry. */
  readonly pastSum: number;
  readonly pastSumSquares: number;
  /** Σ outcome · value before entry. */
  readonly sumProducts: number;
}

export interface Adjusted {
  readonly theta: number;
  /** Sums of the adjusted outcome: compare them by `welch`. */
  readonly arms: Pair<Sums>;
  /** By how much the variance fell: 0 (the past says nothing) to 1. */
  readonly reduction: number;
}

/** Both arms with the past taken out; null under two people, or where nobody's past differs. */
export function cuped({ control, treatment }: Pair<PastSums>): Adjusted | null {
  const all = added(control, treatment);
  if (control.n < 2 || treatment.n < 2) return null;
  const moments = momentsOf(all);
  if (!(moments.past > 0)) return null;
  const theta = moments.products / moments.past;
  const pastMean = all.pastSum / all.n;
  return {
    theta,
    arms: { control: adjusted(control, theta, pastMean), treatment: adjusted(treatment, theta, pastMean) },
    reduction: moments.outcome > 0 ? moments.products ** 2 / (moments.past * moments.outcome) : 0,
  };
}

/** Sums of pairs of values, outcome and past. */
export function pastSumsOf(outcomes: readonly number[], past: readonly number[]): PastSums {
  const add = (value: (outcome: number, before: number) => number): number =>
    outcomes.reduce((sum, outcome, at) => sum + value(outcome, past[at] ?? 0), 0);
  return {
    n: outcomes.length,
    sum: add((y) => y),
    sumSquares: add((y) => y * y),
    pastSum: add((_, x) => x),
    pastSumSquares: add((_, x) => x * x),
    sumProducts: add((y, x) => x * y),
  };
}

/** Sums of y − θ(x − x̄). The squares are put together around the arm's own means, where no large numbers cancel. */
function adjusted(arm: PastSums, theta: number, pastMean: number): Sums {
  const { n } = arm;
  const mean = arm.sum / n - theta * (arm.pastSum / n - pastMean);
  const { outcome, past, products } = momentsOf(arm);
  const squares = Math.max(0, outcome - 2 * theta * products + theta ** 2 * past);
  return { n, sum: mean * n, sumSquares: squares + n * mean ** 2 };
}

/** Sums of squares and products about the means. */
function momentsOf({ n, sum, sumSquares, pastSum, pastSumSquares, sumProducts }: PastSums): {
  readonly outcome: number;
  readonly past: number;
  readonly products: number;
} {
  return { outcome: sumSquares - sum ** 2 / n, past: pastSumSquares - pastSum ** 2 / n, products: sumProducts - (sum * pastSum) / n };
}

function added(one: PastSums, other: PastSums): PastSums {
  return {
    n: one.n + other.n,
    sum: one.sum + other.sum,
    sumSquares: one.sumSquares + other.sumSquares,
    pastSum: one.pastSum + other.pastSum,
    pastSumSquares: one.pastSumSquares + other.pastSumSquares,
    sumProducts: one.sumProducts + other.sumProducts,
  };
}
