import { createHash } from 'node:crypto';
import type { ToldProduct } from '../../domain/catalogue/product.js';
import { endMark, isNewer, newestOfEach } from '../../domain/catalogue/product-version.js';
import { writeProductChanges } from '../../store/product-changes.js';
import { lockProducts, writeProducts } from '../../store/products.js';
import { writeTogether } from '../../store/write-together.js';
import { canonicalJson } from '../canonical-json.js';
import type { AppDeps } from '../deps.js';
import { changesOf } from './tell-subscribers.js';

/** What became of what the shop told. */
export interface ProductsTaken {
  /** Products that now are as the shop sent them. */
  readonly taken: number;
  /** Products that were known so already. */
  readonly unchanged: number;
  /** Of these a newer telling is known, which stays. */
  readonly older: readonly string[];
}

/**
 * Takes what the shop says of its products. Each is a version by the shop's own instant: an older one never takes a product back, in
 * whatever order they come. Statements: 2.
 */
export async function tellProducts(
  { store, clock }: Pick<AppDeps, 'store' | 'clock'>,
  told: readonly ToldProduct[],
): Promise<ProductsTaken> {
  const newest = newestOfEach(told.map((one) => ({ ...one, mark: markOf(one), receivedAt: clock.now() })));
  return store.transaction(async (trx) => {
    const known = new Map(
      (
        await lockProducts(
          trx,
          newest.map(({ productId }) => productId),
        )
      ).map((one) => [one.productId, one]),
    );
    const standing = newest.map((one) => ({ one, before: known.get(one.productId) ?? null }));
    const taken = standing.filter(({ one, before }) => before === null || isNewer(one, before));
    const changes = taken.flatMap(({ one, before }) =>
      changesOf(before?.product ?? null, one.product).map((change) => ({ ...change, productId: one.productId, at: clock.now() })),
    );
    await writeTogether(trx, { products: writeProducts(taken.map(({ one }) => one)), changes: writeProductChanges(changes) });
    const older = standing.filter(({ one, before }) => before !== null && isNewer(before, one)).map(({ one }) => one.productId);
    return { taken: taken.length, unchanged: newest.length - taken.length - older.length, older };
  });
}

function markOf({ product }: ToldProduct): string {
  return product === null ? endMark : createHash('sha256').update(canonicalJson(product)).digest('hex').slice(0, 32);
}
