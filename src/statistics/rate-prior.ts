import type { Beta } from './beta-posterior.js';
import { crossing } from './numeric.js';
import { lnBeta } from './special.js';
import type { Counts } from './sums.js';

/**
 * A prior from the shop's own past: the Beta under which these earlier shares (of experiments, of segments) are the likeliest
 * (beta-binomial, maximum likelihood; Efron 2010, ch. 1). Null under two groups, or where nobody or everybody acted. Where the groups do
 * not differ, it counts as `most` people.
 */
export function ratePrior(past: readonly Counts[], most = 1e6): Beta | null {
  const hits = past.reduce((sum, group) => sum + group.hits, 0);
  const people = past.reduce((sum, group) => sum + group.of, 0);
  if (past.length < 2 || hits === 0 || hits === people) return null;
  const lnWeight = highest((ln) => likelihoodAt(past, bestMean(past, Math.exp(ln)), Math.exp(ln)), 0, Math.log(most));
  return betaWith(bestMean(past, Math.exp(lnWeight)), Math.exp(lnWeight));
}

/** A prior of this mean that weighs as much as `weight` people (50 to 200 are usual). */
export function betaWith(mean: number, weight: number): Beta {
  return { a: mean * weight, b: (1 - mean) * weight };
}

/** The shares of groups, drawn towards the prior's mean: the smaller the group, the more. */
export function shrunkShares(groups: readonly Counts[], { a, b }: Beta): readonly number[] {
  return groups.map(({ hits, of }) => (a + hits) / (a + b + of));
}

function likelihoodAt(past: readonly Counts[], mean: number, weight: number): number {
  const { a, b } = betaWith(mean, weight);
  return past.reduce((sum, { hits, of }) => sum + lnBeta(a + hits, b + of - hits) - lnBeta(a, b), 0);
}

function bestMean(past: readonly Counts[], weight: number): number {
  return highest((mean) => likelihoodAt(past, mean, weight), 1e-9, 1 - 1e-9);
}

/** Where a function with one hill is highest, by where its slope turns. */
function highest(f: (x: number) => number, low: number, high: number): number {
  const step = (high - low) * 1e-7;
  return crossing((x) => f(x - step) - f(x + step), low + step, high - step);
}
