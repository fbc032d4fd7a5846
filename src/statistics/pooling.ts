import type { Effect } from './heterogeneity.js';
import { normalCdf } from './special.js';
import { type Counts, meanOf, type Pair, type Sums, together, varianceOf } from './sums.js';

/**
 * Effects of segments, each drawn towards the common one as far as the data say that segments are alike.
 *
 * y ~ N(θ, v), θ ~ N(μ, τ²), μ ~ N(0, 1), τ ~ half-normal(0.2), on the scale of log-odds. τ is summed over a grid of 121 values and not
 * estimated: an estimate is often 0, and then a fifth or a third of the "97.5 % sure" claims have the wrong sign. Source: Gelman et al.
 * (2013), §5.4; Gelman (2006) for the prior.
 */
export interface PooledSegment {
  /** Mean and deviation of the belief about the effect, in log-odds. */
  readonly mean: number;
  readonly deviation: number;
  /** P(effect > 0). */
  readonly chanceAbove: number;
}

export interface PooledSegments {
  readonly segments: readonly PooledSegment[];
  /** E[τ] in log-odds: do segments differ at all? */
  readonly meanTau: number;
}

/** The effect of a segment in log-odds, with half a person added to each cell, so that none is empty (Haldane 1956). */
export function logOddsEffect({ control, treatment }: Pair<Counts>): Effect {
  const odds = ({ hits, of }: Counts): number => Math.log((hits + 0.5) / (of - hits + 0.5));
  const variance = ({ hits, of }: Counts): number => 1 / (hits + 0.5) + 1 / (of - hits + 0.5);
  return { value: odds(treatment) - odds(control), variance: variance(control) + variance(treatment) };
}

/**
 * The effect on money in shares of what a person of the segment brings: 0.1 is 10 % more than the mean of both arms. So segments that spend
 * much and such that spend little are on one scale, which is near that of log-odds where few people buy. A segment without money, or with
 * fewer than two people in an arm, says next to nothing.
 */
export function relativeEffect({ control, treatment }: Pair<Sums>): Effect {
  const mean = meanOf(together(control, treatment));
  if (control.n < 2 || treatment.n < 2 || !(mean > 0)) return { value: 0, variance: unknownVariance };
  const variance = (varianceOf(control) / control.n + varianceOf(treatment) / treatment.n) / mean ** 2;
  return { value: (meanOf(treatment) - meanOf(control)) / mean, variance: variance > 0 ? variance : unknownVariance };
}

const unknownVariance = 1e6;

const taus: readonly number[] = [0, ...Array.from({ length: 120 }, (_, at) => 0.005 + (at * (1.2 - 0.005)) / 119)];
const tauScale = 0.2;

/** Beliefs about all segments together, in their order. */
export function poolSegments(effects: readonly Effect[]): PooledSegments {
  const fits = taus.map((tau) => fitAt(effects, tau));
  const highest = Math.max(...fits.map(({ lnWeight }) => lnWeight));
  const raw = fits.map(({ lnWeight }) => Math.exp(lnWeight - highest));
  const sum = raw.reduce((all, weight) => all + weight, 0);
  const weighed = fits.map((fit, at) => ({ ...fit, weight: (raw[at] ?? 0) / sum }));
  return {
    segments: effects.map((_, segment) => mix(weighed.map(({ weight, segments }) => ({ weight, ...(segments[segment] ?? nothing) })))),
    meanTau: weighed.reduce((mean, { tau, weight }) => mean + tau * weight, 0),
  };
}

interface Belief {
  readonly mean: number;
  readonly variance: number;
}

const nothing: Belief = { mean: 0, variance: 1 };

interface Fit {
  readonly tau: number;
  readonly lnWeight: number;
  readonly segments: readonly Belief[];
}

/** The beliefs at one τ, and how likely τ is (prior and marginal likelihood). */
function fitAt(effects: readonly Effect[], tau: number): Fit {
  const tau2 = tau * tau;
  const sums = { weight: 0, value: 0, square: 0, lnVariance: 0 };
  for (const { value, variance } of effects) {
    const weight = 1 / (variance + tau2);
    sums.weight += weight;
    sums.value += weight * value;
    sums.square += weight * value * value;
    sums.lnVariance += Math.log(variance + tau2);
  }
  const precision = sums.weight + 1;
  const mean = sums.value / precision;
  const lnMarginal = -(sums.lnVariance + Math.log(precision) + sums.square - mean * mean * precision) / 2;
  return {
    tau,
    lnWeight: lnMarginal - (tau / tauScale) ** 2 / 2,
    segments: effects.map(({ value, variance }) => {
      const shrinkage = variance / (variance + tau2);
      return {
        mean: shrinkage * mean + (1 - shrinkage) * value,
        variance: (1 - shrinkage) * variance + shrinkage ** 2 / precision,
      };
    }),
  };
}

function mix(beliefs: readonly (Belief & { readonly weight: number })[]): PooledSegment {
  const over = (value: (belief: Belief) => number): number => beliefs.reduce((sum, belief) => sum + belief.weight * value(belief), 0);
  const mean = over((belief) => belief.mean);
  return {
    mean,
    deviation: Math.sqrt(over((belief) => belief.variance + belief.mean ** 2) - mean ** 2),
    chanceAbove: over((belief) => normalCdf(belief.mean / Math.sqrt(belief.variance))),
  };
}
