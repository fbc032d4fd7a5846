import { type Baskets, countsOf, fittingItemToItem, type ItemModel, scoreItems } from './item-to-item.js';

/** How well a model finds what is hidden from it, beside what is popular. */
export interface Evaluation {
  /** Baskets from which an item was hidden. */
  readonly tested: number;
  /** In so many of them it was among the first five of the model. */
  readonly hits: number;
  /** In so many it was among the five most popular ones that were not in the basket. */
  readonly popularityHits: number;
  /** Different items among all first fives. */
  readonly shown: number;
}

const parts = 5;
const firstFew = 5;

/**
 * Holds back a fifth of the baskets, hides one item of each that has two or more, and looks for it among the first five by a model of the
 * other four fifths; `rounds` such fifths, one after another. The same baskets in the same order give the same figures.
 */
export function* evaluating(
  baskets: Baskets,
  { ridge, most, rounds = parts }: { readonly ridge: number; readonly most: number; readonly rounds?: number },
): Generator<void, Evaluation> {
  const found = { tested: 0, hits: 0, popularityHits: 0 };
  const shown = new Set<string>();
  for (let round = 0; round < Math.min(rounds, parts); round += 1) {
    const known = baskets.filter((_, index) => index % parts !== round);
    const model = yield* fittingItemToItem(known, { ridge, most });
    const counts = countsOf(known);
    for (const [index, basket] of baskets.entries()) {
      if (index % parts !== round || basket.length < 2) continue;
      const hidden = basket[index % basket.length] ?? '';
      const rest = basket.filter((item) => item !== hidden);
      const first = firstItems(model, rest, scoreItems(model, rest));
      for (const item of first) shown.add(item);
      found.tested += 1;
      if (first.includes(hidden)) found.hits += 1;
      if (firstItems(model, rest, counts).includes(hidden)) found.popularityHits += 1;
      yield;
    }
  }
  return { ...found, shown: shown.size };
}

/** The best by these scores that are not in the basket; of equals the more popular, as the model has them in that order. */
function firstItems({ items }: ItemModel, basket: readonly string[], scores: ReadonlyMap<string, number>): readonly string[] {
  const has = new Set(basket);
  return items
    .filter((item) => !has.has(item))
    .toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0))
    .slice(0, firstFew);
}
