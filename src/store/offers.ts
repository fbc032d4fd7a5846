import type { LiveOffer, Offer } from '../domain/offers/offer.js';
import type { Db, Trx } from './db.js';
import { listDefinitions } from './definitions.js';

/** More were written by a program. */
const mostOffers = 10_000;

/** The offers in force, by id. */
export async function readLiveOffers(db: Db | Trx): Promise<readonly LiveOffer[]> {
  const newest = await listDefinitions(db, 'offer', { after: null, limit: mostOffers });
  return newest.flatMap(({ version, definition }) =>
    definition === null ? [] : [{ version, definition: definition as unknown as Offer }],
  );
}
