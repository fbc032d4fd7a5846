/** How often two things were bought: in how many baskets each, both together, and how many baskets there are. */
export interface BoughtTogether {
  readonly both: number;
  readonly one: number;
  readonly other: number;
  readonly baskets: number;
}

/** How many times as often two things are bought together as chance would have it. Ranks rare things far too high: see `shrunkLift`. */
export function lift({ both, one, other, baskets }: BoughtTogether): number {
  return (both * baskets) / (one * other);
}

/** Baskets' worth of doubt that pull a lift towards 1. */
const doubt = 10;

/**
 * The lift as far as the data carry it: near 1 where there are few. For the words "often bought with" and for samples, never to rank by.
 */
export function shrunkLift({ both, one, other, baskets }: BoughtTogether): number {
  return (both + doubt) / ((one * other) / baskets + doubt);
}

/** How surely two things belong together: Dunning's log-likelihood ratio G² (1993) of the two-by-two table. Never below 0. */
export function likelihoodRatio({ both, one, other, baskets }: BoughtTogether): number {
  const cells = [both, one - both, other - both, baskets - one - other + both];
  const rows = [one, baskets - one];
  const columns = [other, baskets - other];
  return Math.max(0, 2 * (weigh(cells) - weigh(rows) - weigh(columns) + weigh([baskets])));
}

function weigh(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + (count > 0 ? count * Math.log(count) : 0), 0);
}
