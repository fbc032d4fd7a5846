import { criticalZ, normalTwoSided } from './special.js';
import type { Interval, Pair } from './sums.js';

/**
 * A ratio of two sums with the person as the unit: money per message, clicks per mail. Its variance by the delta method,
 * Var(R) = [σ²ₘ/d̄² + σ²_d m̄²/d̄⁴ − 2 cov m̄/d̄³] / n. Counting messages instead of people would show less variance than there is.
 * Source: Deng, Knoblich & Lu (2018).
 */
export interface RatioSums {
  /** People. */
  readonly n: number;
  /** Of what is above the line, in its unit. */
  readonly sum: number;
  readonly sumSquares: number;
  /** Of what is below the line. */
  readonly perSum: number;
  readonly perSumSquares: number;
  /** Σ above · below. */
  readonly sumProducts: number;
}

export interface Ratio {
  readonly ratio: number;
  readonly standardError: number;
}

export interface RatioComparison {
  readonly control: Ratio;
  readonly treatment: Ratio;
  readonly difference: number;
  readonly z: number;
  readonly p: number;
  readonly interval: Interval;
}

/** The ratio of an arm; null under two people, or where nothing stands below the line. */
export function ratioOf({ n, sum, sumSquares, perSum, perSumSquares, sumProducts }: RatioSums): Ratio | null {
  if (n < 2 || perSum === 0) return null;
  const [above, below] = [sum / n, perSum / n];
  const varianceAbove = (sumSquares - n * above ** 2) / (n - 1);
  const varianceBelow = (perSumSquares - n * below ** 2) / (n - 1);
  const covariance = (sumProducts - n * above * below) / (n - 1);
  const variance = varianceAbove / below ** 2 + (varianceBelow * above ** 2) / below ** 4 - (2 * covariance * above) / below ** 3;
  return { ratio: sum / perSum, standardError: Math.sqrt(Math.max(0, variance) / n) };
}

/** Two arms' ratios compared at `alpha`; null where one has none, or neither varies. */
export function compareRatios(arms: Pair<RatioSums>, alpha = 0.05): RatioComparison | null {
  const [control, treatment] = [ratioOf(arms.control), ratioOf(arms.treatment)];
  if (control === null || treatment === null) return null;
  const standardError = Math.hypot(control.standardError, treatment.standardError);
  if (!(standardError > 0)) return null;
  const difference = treatment.ratio - control.ratio;
  const z = difference / standardError;
  const half = criticalZ(alpha) * standardError;
  return { control, treatment, difference, z, p: normalTwoSided(z), interval: [difference - half, difference + half] };
}
