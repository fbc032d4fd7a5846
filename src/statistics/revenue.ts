import type { Random } from './random.js';
import { type Interval, meanOf, type Pair, type Sums, sumsOf } from './sums.js';
import { type TwoProportions, twoProportions } from './two-proportions.js';
import { type MeanComparison, welch } from './welch.js';

/**
 * Money per assigned person. A few large orders would decide, so values above a cap count as the cap: a quantile of the buyers of all arms
 * together, chosen before arms are compared, and the same for all (winsorising; Kohavi, Tang & Xu 2020, ch. 22). Show raw and capped, and
 * say how much money the cap hides.
 */
export interface CappedRevenue {
  /** In the unit of the values. */
  readonly cap: number;
  readonly raw: Pair<Sums>;
  readonly capped: Pair<Sums>;
  /** Money above the cap, as a share of all money: 0 to 1. */
  readonly hidden: number;
}

/** Both arms with values capped at the `quantile` of buyers (0.99 by default); one value a person, 0 for those who bought nothing. */
export function cappedRevenue(values: Pair<readonly number[]>, quantile = 0.99): CappedRevenue {
  const cap = buyersQuantile([...values.control, ...values.treatment], quantile);
  const raw = { control: sumsOf(values.control), treatment: sumsOf(values.treatment) };
  const capped = { control: sumsOf(winsorised(values.control, cap)), treatment: sumsOf(winsorised(values.treatment, cap)) };
  const all = raw.control.sum + raw.treatment.sum;
  const kept = capped.control.sum + capped.treatment.sum;
  return { cap, raw, capped, hidden: all > 0 ? 1 - kept / all : 0 };
}

/** The quantile of the values above 0; infinity where nobody bought, which caps nothing. */
export function buyersQuantile(values: readonly number[], quantile: number): number {
  const buyers = values.filter((value) => value > 0);
  return buyers.length === 0 ? Number.POSITIVE_INFINITY : quantileOf(buyers, quantile);
}

/** The quantile with linear interpolation (type 7 of Hyndman & Fan 1996, as R and numpy have it). At least one value. */
export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * quantile;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** Each value, at most the cap. */
export function winsorised(values: readonly number[], cap: number): readonly number[] {
  return values.map((value) => Math.min(value, cap));
}

/** An arm's money in parts: who buys, and how much a buyer spends. Sums over buyers only. */
export interface Buyers {
  readonly people: number;
  readonly buyers: Sums;
}

/** Money per person = share that buys × money per buyer, each with its test. `isRobust`: both point the way that the money points. */
export interface Decomposition {
  readonly conversion: TwoProportions | null;
  readonly orderValue: MeanComparison | null;
  readonly isRobust: boolean;
}

export function decompose({ control, treatment }: Pair<Buyers>, alpha = 0.05): Decomposition {
  const conversion = twoProportions({ control: countsOf(control), treatment: countsOf(treatment) }, alpha);
  const orderValue = welch({ control: control.buyers, treatment: treatment.buyers }, alpha);
  const ways = [conversion?.difference, orderValue?.difference].map((difference) => Math.sign(difference ?? 0));
  const way = Math.sign(treatment.buyers.sum / treatment.people - control.buyers.sum / control.people);
  return { conversion, orderValue, isRobust: ways.every((other) => other === way) };
}

function countsOf({ people, buyers }: Buyers): { readonly hits: number; readonly of: number } {
  return { hits: buyers.n, of: people };
}

/** How many people an arm needs until its mean may be taken as normal: 355 · skew² (Kohavi et al. 2014). */
export function peopleForSkew(skew: number): number {
  return Math.ceil(355 * skew * skew);
}

/** Skewness of the values: third central moment over the standard deviation cubed. */
export function skewOf(values: readonly number[]): number {
  const mean = meanOf(sumsOf(values));
  const moment = (power: number): number => sumsOf(values.map((value) => (value - mean) ** power)).sum / values.length;
  return moment(3) / moment(2) ** 1.5;
}

export interface Bootstrap {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly interval: Interval;
  /** Share of draws in which the treatment has more. */
  readonly shareAbove: number;
}

/**
 * The difference of means over resamples of both arms (percentile bootstrap, Efron 1979), on values that are capped already. Ten thousand
 * draws or more; keep the seed with the result.
 */
export function bootstrapDifference(values: Pair<readonly number[]>, draws: number, random: Random, alpha = 0.05): Bootstrap {
  const differences = Array.from({ length: draws }, () => resampledMean(values.treatment, random) - resampledMean(values.control, random));
  const sums = sumsOf(differences);
  const mean = meanOf(sums);
  return {
    mean,
    standardDeviation: Math.sqrt(sums.sumSquares / draws - mean * mean),
    interval: [quantileOf(differences, alpha / 2), quantileOf(differences, 1 - alpha / 2)],
    shareAbove: differences.filter((difference) => difference > 0).length / draws,
  };
}

function resampledMean(values: readonly number[], random: Random): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[Math.floor(random() * values.length)] ?? 0;
  return sum / values.length;
}
