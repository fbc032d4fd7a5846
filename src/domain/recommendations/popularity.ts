/** Purchases of an item in the last four weeks: of all people under `''`, and of each group under its tag. */
export type Purchases = Readonly<Record<string, number>>;

/** So many purchases of a group count as much as what everybody bought. */
const doubt = 50;

/**
 * How popular items are among people like this one: the share of each among what all bought, pulled towards its share in each of the
 * person's groups where those bought enough to tell.
 */
export function popularityAmong(bought: ReadonlyMap<string, Purchases>, groups: readonly string[]): ReadonlyMap<string, number> {
  const totals = Object.fromEntries(['', ...groups].map((group) => [group, sumOf(bought, group)]));
  const all = totals[''] ?? 0;
  if (all === 0) return new Map();
  return new Map(
    [...bought].map(([item, counts]) => {
      const share = (counts[''] ?? 0) / all;
      const shares = groups.map((group) => ((counts[group] ?? 0) + doubt * share) / ((totals[group] ?? 0) + doubt));
      return [item, shares.length === 0 ? share : shares.reduce((sum, one) => sum + one, 0) / shares.length] as const;
    }),
  );
}

function sumOf(bought: ReadonlyMap<string, Purchases>, group: string): number {
  return [...bought.values()].reduce((sum, counts) => sum + (counts[group] ?? 0), 0);
}
