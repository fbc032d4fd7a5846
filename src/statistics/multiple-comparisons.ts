/**
 * Many tests at once. Each adjusted p is compared with the level as one p would be; the order of the input stays.
 *
 * Holm for the main metric over arms (no false winner in 95 of 100 experiments), Benjamini–Hochberg for segments (of what is claimed, 5 %
 * are false), e-BH for sequences, which holds under any dependence and any stopping. Source: Holm (1979); Benjamini & Hochberg (1995); Wang
 * & Ramdas (2022).
 */
export function holm(ps: readonly number[]): readonly number[] {
  let highest = 0;
  return inOrder(ps, (p, rank) => {
    highest = Math.max(highest, Math.min(1, (ps.length - rank) * p));
    return highest;
  });
}

/** Benjamini–Hochberg. */
export function benjaminiHochberg(ps: readonly number[]): readonly number[] {
  const adjusted = inOrder(ps, (p, rank) => Math.min(1, (p * ps.length) / (rank + 1)));
  const down = ps
    .map((_, at) => at)
    .toSorted((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0))
    .toReversed();
  const lowest: number[] = [...adjusted];
  down.reduce((least, at) => (lowest[at] = Math.min(least, lowest[at] ?? 1)), 1);
  return lowest;
}

/** e-BH on logarithms of e-values: which of them are claimed at level `alpha`. The largest k with e₍ₖ₎ ≥ m / (α k), and all above it. */
export function eBenjaminiHochberg(lnEs: readonly number[], alpha: number): readonly boolean[] {
  const sorted = lnEs.toSorted((a, b) => b - a);
  const passes = (lnE: number, count: number): boolean => lnE >= Math.log(lnEs.length / (alpha * count));
  const count = sorted.findLastIndex((lnE, at) => passes(lnE, at + 1)) + 1;
  const limit = count === 0 ? Number.POSITIVE_INFINITY : (sorted[count - 1] ?? 0);
  return lnEs.map((lnE) => count > 0 && lnE >= limit);
}

/** Each p with its rank from the smallest (0), visited in that order, answered in the order of the input. */
function inOrder(ps: readonly number[], adjust: (p: number, rank: number) => number): readonly number[] {
  const adjusted: number[] = ps.map(() => 1);
  ps.map((p, at) => ({ p, at }))
    .toSorted((a, b) => a.p - b.p)
    .forEach(({ p, at }, rank) => {
      adjusted[at] = adjust(p, rank);
    });
  return adjusted;
}
