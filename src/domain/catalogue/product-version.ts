import type { Instant } from '../time/instant.js';
import type { ToldProduct } from './product.js';

/** Which telling of a product is the newer one: the shop's instant, and for two of one instant a mark of what they say. */
export interface ProductVersion {
  readonly updatedAt: Instant;
  readonly mark: string;
}

/** Above every hash of content: of two tellings of one instant the end counts. */
export const endMark = '~';

/** Does the first replace the second? The same answer in whatever order they arrive. */
export function isNewer(told: ProductVersion, known: ProductVersion): boolean {
  return told.updatedAt > known.updatedAt || (told.updatedAt === known.updatedAt && told.mark > known.mark);
}

/** The newest telling of each product, by id. */
export function newestOfEach<T extends ToldProduct & ProductVersion>(told: readonly T[]): readonly T[] {
  const newest = new Map<string, T>();
  for (const one of told) {
    const known = newest.get(one.productId);
    if (known === undefined || isNewer(one, known)) newest.set(one.productId, one);
  }
  return [...newest.values()].toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
}
