/** How many of how many: `hits` people acted, `of` were assigned. Whole numbers, hits ≤ of. */
export interface Counts {
  readonly hits: number;
  readonly of: number;
}

/**
 * What is kept of an arm for a metric: people, the sum of their values, the sum of the squares. Any unit; money in minor units or in whole.
 */
export interface Sums {
  readonly n: number;
  readonly sum: number;
  readonly sumSquares: number;
}

/** An interval, lower end first. */
export type Interval = readonly [low: number, high: number];

/** A control and what is compared with it. */
export interface Pair<T> {
  readonly control: T;
  readonly treatment: T;
}

/** The sums of these values, added with Neumaier's compensation: a million small orders behind a large one keep their cents. */
export function sumsOf(values: readonly number[]): Sums {
  return { n: values.length, sum: exactSum(values), sumSquares: exactSum(values.map((value) => value * value)) };
}

/** Sums of two groups of people together. */
export function together(one: Sums, other: Sums): Sums {
  return { n: one.n + other.n, sum: one.sum + other.sum, sumSquares: one.sumSquares + other.sumSquares };
}

/** Mean of the values; NaN without any. */
export function meanOf({ n, sum }: Sums): number {
  return sum / n;
}

/** Variance of the values with n − 1 below; never negative, NaN under two values. */
export function varianceOf({ n, sum, sumSquares }: Sums): number {
  return Math.max(0, sumSquares - (sum * sum) / n) / (n - 1);
}

/** A yes or no of each person as sums: the values are 0 and 1. */
export function sumsOfCounts({ hits, of }: Counts): Sums {
  return { n: of, sum: hits, sumSquares: hits };
}

function exactSum(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}
