/** The stretch of [0, 1) that belongs to an arm, without its end. */
export type Range = readonly [from: number, to: number];

export type Ranges =
  | { readonly kind: 'ranges'; readonly ranges: readonly Range[] }
  /** Weights that do not sum to 1 (0.99 to 1.01 is taken for rounding), none, or one below 0: nobody may be assigned by them. */
  | { readonly kind: 'refused'; readonly sum: number };

/**
 * A stretch for each arm, one after the other. `coverage`, 0 to 1, is the share of people in the experiment: it shortens each stretch from
 * its own start, so raising it never moves somebody to another arm.
 *
 * @example rangesOf([0.2, 0.3, 0.5], 0.2) // [0, 0.04], [0.2, 0.26], [0.5, 0.6]
 */
export function rangesOf(weights: readonly number[], coverage = 1): Ranges {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (!(sum >= 0.99 && sum <= 1.01) || weights.some((weight) => !(weight >= 0))) return { kind: 'refused', sum };
  const share = Math.min(1, Math.max(0, coverage));
  let from = 0;
  const ranges = weights.map((weight): Range => {
    const start = from;
    from += weight / sum;
    return [start, start + (share * weight) / sum];
  });
  return { kind: 'ranges', ranges };
}

/** The arm whose stretch holds the hash, by its place; null for somebody outside of the experiment. */
export function armAt(hash: number, ranges: readonly Range[]): number | null {
  const arm = ranges.findIndex(([from, to]) => hash >= from && hash < to);
  return arm < 0 ? null : arm;
}
