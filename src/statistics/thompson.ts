import { chanceBest, chanceBestMean } from './best-arm.js';
import { type Beta, flatPrior, posterior } from './beta-posterior.js';
import { type Counts, meanOf, type Sums, varianceOf } from './sums.js';

/**
 * Weights for the next batch of people: each arm as often as it is likely to be the best (Thompson 1933; Scott 2010), with a floor under
 * each.
 *
 * A bandit earns during the test and blurs the answer: use it with three arms or more, when the outcome is known within a week and nobody
 * needs the lift. Weights change once a day, from outcomes whose windows are closed, and are frozen with the id of the batch.
 */
export interface BanditPolicy {
  /** The least share of an arm; 0.05 by default, never under 0.01. */
  readonly floor: number;
  /** Until then all arms share alike: batches, people and conversions of each arm. */
  readonly batches: number;
  readonly people: number;
  readonly conversions: number;
}

export const usualBandit: BanditPolicy = { floor: 0.05, batches: 5, people: 100, conversions: 40 };

/** The weights of the next batch, which sum to 1, after so many batches. */
export function nextWeights(arms: readonly Counts[], batches: number, policy = usualBandit, prior: Beta = flatPrior): readonly number[] {
  const isWarm = batches >= policy.batches && arms.every(({ hits, of }) => of >= policy.people && hits >= policy.conversions);
  return isWarm ? allocation(chanceBest(arms.map((arm) => posterior(arm, prior))), policy.floor) : arms.map(() => 1 / arms.length);
}

/** The same for arms whose values are money: beliefs about means are normal. */
export function nextMeanWeights(
  arms: readonly { readonly sums: Sums; readonly conversions: number }[],
  batches: number,
  policy = usualBandit,
): readonly number[] {
  const isWarm =
    batches >= policy.batches && arms.every(({ sums, conversions }) => sums.n >= policy.people && conversions >= policy.conversions);
  const beliefs = arms.map(({ sums }) => ({ value: meanOf(sums), standardError: Math.sqrt(varianceOf(sums) / sums.n) }));
  const isSpread = isWarm && beliefs.every(({ standardError }) => standardError > 0);
  return isSpread ? allocation(chanceBestMean(beliefs), policy.floor) : arms.map(() => 1 / arms.length);
}

/** floor + (1 − K·floor) · P(best); all alike where the floors leave nothing. */
export function allocation(chances: readonly number[], floor: number): readonly number[] {
  const least = Math.max(0.01, floor);
  const free = 1 - chances.length * least;
  return chances.map((chance) => (free <= 0 ? 1 / chances.length : least + free * chance));
}

/** A mean with its error, in the unit of the metric. */
export interface StratifiedMean {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * An arm's mean over batches, each weighed by all people of the batch: weights that moved with the days would otherwise pass off a good day
 * for a good arm (Simpson's paradox). Batches in which the arm has fewer than two people count for nothing; null without any.
 */
export function stratifiedMean(batches: readonly { readonly arm: Sums; readonly people: number }[]): StratifiedMean | null {
  const usable = batches.filter(({ arm }) => arm.n >= 2);
  const all = usable.reduce((sum, { people }) => sum + people, 0);
  if (all === 0) return null;
  const over = (value: (arm: Sums, share: number) => number): number =>
    usable.reduce((sum, { arm, people }) => sum + value(arm, people / all), 0);
  return {
    mean: over((arm, share) => share * meanOf(arm)),
    standardError: Math.sqrt(over((arm, share) => (share ** 2 * varianceOf(arm)) / arm.n)),
  };
}
