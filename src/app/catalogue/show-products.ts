import { findProduct, listProducts, type StoredProduct } from '../../store/products.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

export type { StoredProduct };

/** By id; those that are no longer offered too. */
export function showProducts({ store }: Pick<AppDeps, 'store'>, request: PageRequest): Promise<Page<StoredProduct>> {
  return readPage(
    request,
    ['id'],
    (limit, after) => listProducts(store.db, { limit, after: after === null ? null : after[0] }),
    ({ productId }) => [productId],
  );
}

export function showProduct({ store }: Pick<AppDeps, 'store'>, productId: string): Promise<StoredProduct | null> {
  return findProduct(store.db, productId);
}
