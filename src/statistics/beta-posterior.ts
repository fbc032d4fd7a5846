import { crossing, integrate, type Node, panels } from './numeric.js';
import { betaCdf, betaDensity, betaQuantile, lnBeta } from './special.js';
import type { Counts } from './sums.js';

/** What is believed of a share: Beta(a, b). As a prior: a + b people seen before, a of whom acted. */
export interface Beta {
  readonly a: number;
  readonly b: number;
}

/** Nothing known: every share is as likely as another. */
export const flatPrior: Beta = { a: 1, b: 1 };

/** The belief after these people (conjugate: Beta(a + hits, b + misses)). */
export function posterior({ hits, of }: Counts, prior: Beta = flatPrior): Beta {
  return { a: prior.a + hits, b: prior.b + of - hits };
}

export function meanOfBeta({ a, b }: Beta): number {
  return a / (a + b);
}

/** P(X ≤ x). */
export function cumulative({ a, b }: Beta, x: number): number {
  return betaCdf(x, a, b);
}

/** Edges of the panels in chances: narrow where the tails are, so that a skewed belief is summed as well as a round one. */
const edges: readonly number[] = [1e-14, 1e-8, 1e-5, 1e-3, 0.025, 0.15, 0.5, 0.85, 0.975, 0.999, 1 - 1e-5, 1 - 1e-8, 1 - 1e-14];

/**
 * Points of the belief with the chance that each stands for: a sum over them is an expectation. `cuts` are places where what is summed
 * bends.
 */
export function pointsOf(belief: Beta, cuts: readonly number[] = []): readonly Node[] {
  const places = edges.map((chance) => betaQuantile(chance, belief.a, belief.b));
  const [low, high] = [places[0] ?? 0, places.at(-1) ?? 1];
  const inner = cuts.filter((cut) => cut > low && cut < high);
  const sorted = [...places, ...inner].toSorted((one, other) => one - other);
  const lnNorm = lnBeta(belief.a, belief.b);
  return panels(sorted, 24).map(({ x, weight }) => ({
    x,
    weight: weight * betaDensity(x, belief.a, belief.b, lnNorm),
  }));
}

/** P(other > one): the chance that the other's share is the greater. */
export function chanceAbove(one: Beta, other: Beta): number {
  return integrate(pointsOf(other), (x) => betaCdf(x, one.a, one.b));
}

/** The d with P(other − one ≤ d) = chance. */
export function differenceQuantile(one: Beta, other: Beta, chance: number): number {
  const below = (d: number): number => integrate(pointsOf(one, [-d, 1 - d]), (x) => cumulative(other, x + d));
  return crossing((d) => below(d) - chance, -1, 1);
}

/** The l with P(other / one − 1 ≤ l) = chance. */
export function liftQuantile(one: Beta, other: Beta, chance: number): number {
  const scale = (chances: number): number => betaQuantile(chances, one.a, one.b);
  const below = (ratio: number): number =>
    integrate(pointsOf(one, [1 / ratio, ...edges.map((edge) => betaQuantile(edge, other.a, other.b) / ratio)]), (x) =>
      cumulative(other, x * ratio),
    );
  const limit = 1 / scale(1e-9);
  return Math.exp(crossing((ln) => below(Math.exp(ln)) - chance, -Math.log(limit) - 20, Math.log(limit))) - 1;
}
