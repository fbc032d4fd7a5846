import { findPromise, type LedgerPromise, listPromises, type OfferSums, sumOffers } from '../../store/promises.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

export type { LedgerPromise } from '../../store/promises.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** The codes of an offer that people were given, the newest first, with what came of each. */
export function showPromises({ store, clock }: Deps, offer: string, request: PageRequest): Promise<Page<LedgerPromise>> {
  return readPage(
    request,
    ['serial'],
    (limit, after) => listPromises(store.db, clock.now(), { offer, limit, before: after === null ? null : after[0] }),
    ({ seq }) => [seq],
  );
}

/** Who was given a code, and what came of it; null: nobody. */
export function showPromise({ store, clock }: Deps, code: string): Promise<LedgerPromise | null> {
  return findPromise(store.db, clock.now(), code);
}

export function reportOffers({ store, clock }: Deps): Promise<readonly OfferSums[]> {
  return sumOffers(store.db, clock.now());
}
