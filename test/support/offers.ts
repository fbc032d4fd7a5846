import type { LiveOffer, Offer, Terms } from '../../src/domain/offers/offer.js';
import { day } from '../../src/domain/time/instant.js';
import type { Store } from '../../src/store/db.js';
import { addDefinitionVersion } from '../../src/store/definitions.js';

type Change = Partial<Omit<Offer, 'terms'>> & { readonly terms?: Partial<Terms> };

/** Ten percent off for five days, by codes that are made, unless it says otherwise. */
export function offerOf({ terms, ...change }: Change = {}): Offer {
  return {
    id: 'ten-percent',
    name: '10 % off',
    description: null,
    terms: {
      benefit: { kind: 'percent', percent: 10, atMost: null },
      currency: 'GBP',
      minimum: null,
      products: [],
      costs: 4,
      ...terms,
    },
    expiry: { after: { kind: 'elapsed', ms: 5 * day }, dayEnds: false },
    codes: { kind: 'made', prefix: 'WREN-', length: 10 },
    isMarketing: true,
    limits: [],
    voids: ['order_cancelled', 'full_price_order'],
    ...change,
  };
}

export function liveOffer(change: Change = {}): LiveOffer {
  return { version: 1, definition: offerOf(change) };
}

export async function putOfferInForce(store: Store, definition: Offer, version = 1): Promise<void> {
  const row = { kind: 'offer', id: definition.id, version, source: '', hash: String(version), note: null, publishedAt: 0 };
  await store.transaction((trx) => addDefinitionVersion(trx, { ...row, definition: { ...definition } }));
}
