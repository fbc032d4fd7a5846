import type { ItemModel } from './item-to-item.js';

/** What of a model is kept: for an item that somebody has, how much it speaks for others. */
export type Companions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Beyond these the weights are small, and a person has few items that name the same ones. */
const keptForEach = 50;

/** The items for which each item of the model speaks most, of equals the first by id. An item that speaks for none has an empty map. */
export function strongestCompanions({ items, weights }: ItemModel, most = keptForEach): Companions {
  return new Map(
    items.map((item, row) => {
      const others = items
        .map((other, column) => [other, weights[row * items.length + column] ?? 0] as const)
        .filter(([, weight]) => weight > 0)
        .sort(([a, heavy], [b, heavier]) => heavier - heavy || (a < b ? -1 : 1));
      return [item, new Map(others.slice(0, most))] as const;
    }),
  );
}

/** How much what a person has speaks for others; higher is better. */
export function scoreCompanions(companions: Companions, held: readonly string[]): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const item of new Set(held))
    for (const [other, weight] of companions.get(item) ?? []) scores.set(other, (scores.get(other) ?? 0) + weight);
  return scores;
}
