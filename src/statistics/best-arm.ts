import type { Estimate } from './bayes.js';
import { type Beta, cumulative, pointsOf } from './beta-posterior.js';
import { gaussLegendre, integrate } from './numeric.js';
import { normalCdf, normalDensity } from './special.js';

/**
 * The chance that each arm is the best: ∫ fᵢ ∏ Fⱼ, by quadrature over the arm's belief. Deterministic, and the chances sum to 1 (no draws).
 * For one arm it is 1.
 * Source: Scott (2010), "A modern Bayesian look at the multi-armed bandit", eq. 4.
 */
export function chanceBest(beliefs: readonly Beta[]): readonly number[] {
  const all = beliefs.map((belief, at) => integrate(pointsOf(belief), (x) => product(beliefs, at, (other) => cumulative(other, x))));
  return normalised(all);
}

/** The same for arms whose means are believed normal: money per person. */
export function chanceBestMean(beliefs: readonly Estimate[]): readonly number[] {
  const nodes = gaussLegendre(128, -9, 9);
  const all = beliefs.map((belief, at) =>
    integrate(nodes, (z) => {
      const x = belief.value + z * belief.standardError;
      return normalDensity(z) * product(beliefs, at, (other) => normalCdf((x - other.value) / other.standardError));
    }),
  );
  return normalised(all);
}

function product<T>(all: readonly T[], but: number, factor: (one: T) => number): number {
  return all.reduce((sum, one, at) => (at === but ? sum : sum * factor(one)), 1);
}

function normalised(chances: readonly number[]): readonly number[] {
  const sum = chances.reduce((all, chance) => all + chance, 0);
  return chances.map((chance) => chance / sum);
}
