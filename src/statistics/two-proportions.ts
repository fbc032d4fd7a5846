import { criticalZ, lnGamma, normalTwoSided } from './special.js';
import type { Counts, Interval, Pair } from './sums.js';

/**
 * Two shares of people compared: how many of how many acted in each arm.
 *
 * Decide by the difference (z, or Fisher where a cell is small); show the lift with the interval of the logarithm of the ratio. The
 * interval of the lift by the delta method is for display beside other tools only: near the edge it disagrees with z.
 * Source: Fleiss, Levin & Paik (2003), ch. 3; Newcombe (1998) method 10; Katz et al. (1978).
 */
export interface TwoProportions {
  /** Shares of people, 0 to 1. */
  readonly control: number;
  readonly treatment: number;
  /** treatment − control, in shares. */
  readonly difference: number;
  /** Pooled under "no difference"; null where nobody or everybody acted. */
  readonly z: number | null;
  readonly p: number | null;
  /** Interval of the difference, unpooled. */
  readonly wald: Interval;
  /** Interval of the difference that stays within [−1, 1] and holds at small counts. */
  readonly newcombe: Interval;
  /** Null where nobody of the control acted. */
  readonly lift: Lift | null;
}

export interface Lift {
  /** treatment / control − 1. */
  readonly value: number;
  readonly standardError: number;
  readonly deltaInterval: Interval;
  /** The interval to show; null where nobody of the treatment acted. */
  readonly logInterval: Interval | null;
}

/** The comparison of both arms at `alpha` (0.05 gives intervals of 95 %); null without people in both. */
export function twoProportions({ control, treatment }: Pair<Counts>, alpha = 0.05): TwoProportions | null {
  if (control.of === 0 || treatment.of === 0) return null;
  const [p1, p2] = [rateOf(control), rateOf(treatment)];
  const difference = p2 - p1;
  const z = pooledZ({ control, treatment });
  const reach = criticalZ(alpha);
  const unpooled = Math.sqrt(varianceOfRate(control) + varianceOfRate(treatment));
  return {
    control: p1,
    treatment: p2,
    difference,
    z,
    p: z === null ? null : normalTwoSided(z),
    wald: [difference - reach * unpooled, difference + reach * unpooled],
    newcombe: newcombe({ control, treatment }, reach),
    lift: control.hits === 0 ? null : lift({ control, treatment }, reach),
  };
}

/** z of the difference, with the variance of both arms together; null where it has none. */
export function pooledZ({ control, treatment }: Pair<Counts>): number | null {
  const all = (control.hits + treatment.hits) / (control.of + treatment.of);
  const error = Math.sqrt(all * (1 - all) * (1 / control.of + 1 / treatment.of));
  return error > 0 ? (rateOf(treatment) - rateOf(control)) / error : null;
}

/** Fisher's exact p, two-sided: all tables with these margins that are no likelier than this one. Use it where `hasSmallCell`. */
export function fisherTwoSided({ control, treatment }: Pair<Counts>): number {
  const hits = control.hits + treatment.hits;
  const lnTotal = lnChoose(control.of + treatment.of, hits);
  const chanceOf = (k: number): number => Math.exp(lnChoose(control.of, k) + lnChoose(treatment.of, hits - k) - lnTotal);
  const limit = chanceOf(control.hits) * (1 + 1e-7);
  let sum = 0;
  for (let k = Math.max(0, hits - treatment.of); k <= Math.min(hits, control.of); k += 1) {
    const chance = chanceOf(k);
    if (chance <= limit) sum += chance;
  }
  return Math.min(1, sum);
}

/** Whether z is not to be trusted: fewer than five people are expected in a cell of the table. */
export function hasSmallCell({ control, treatment }: Pair<Counts>): boolean {
  const all = control.of + treatment.of;
  const hits = control.hits + treatment.hits;
  return Math.min(control.of, treatment.of) * Math.min(hits, all - hits) < 5 * all;
}

/** Interval of one share (Wilson 1927), with the z that it shall reach. */
export function wilson({ hits, of }: Counts, reach: number): Interval {
  const share = hits / of;
  const square = reach * reach;
  const middle = (share + square / (2 * of)) / (1 + square / of);
  const half = (reach / (1 + square / of)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  return [middle - half, middle + half];
}

function newcombe({ control, treatment }: Pair<Counts>, reach: number): Interval {
  const [p1, p2] = [rateOf(control), rateOf(treatment)];
  const [low1, high1] = wilson(control, reach);
  const [low2, high2] = wilson(treatment, reach);
  const difference = p2 - p1;
  return [difference - Math.hypot(p2 - low2, high1 - p1), difference + Math.hypot(high2 - p2, p1 - low1)];
}

function lift({ control, treatment }: Pair<Counts>, reach: number): Lift {
  const [p1, p2] = [rateOf(control), rateOf(treatment)];
  const value = p2 / p1 - 1;
  const standardError = Math.sqrt(varianceOfRate(treatment) / p1 ** 2 + (varianceOfRate(control) * p2 ** 2) / p1 ** 4);
  const logError = Math.sqrt((1 - p1) / control.hits + (1 - p2) / treatment.hits);
  const logInterval: Interval = [(1 + value) * Math.exp(-reach * logError) - 1, (1 + value) * Math.exp(reach * logError) - 1];
  return {
    value,
    standardError,
    deltaInterval: [value - reach * standardError, value + reach * standardError],
    logInterval: treatment.hits === 0 ? null : logInterval,
  };
}

function rateOf({ hits, of }: Counts): number {
  return hits / of;
}

function varianceOfRate(counts: Counts): number {
  const share = rateOf(counts);
  return (share * (1 - share)) / counts.of;
}

function lnChoose(n: number, k: number): number {
  return lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
}
