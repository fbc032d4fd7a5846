import type { Benefit, Offer } from '../../domain/offers/offer.js';
import { type Duration, parseDuration } from '../../domain/time/duration.js';
import type { DefinitionForm } from '../kind.js';
import { lintOffer } from './lint.js';
import { type OfferSource, offerSource } from './source.js';

export const offerForm: DefinitionForm<Offer> = { schema: offerSource, compile, lint: lintOffer };

function compile(source: OfferSource): Offer {
  const { offer: id, name, description, currency, conditions, expires, codes, costs, purpose, limits, voids } = source;
  const benefit = benefitOf(source);
  return {
    id,
    name,
    description: description ?? null,
    terms: {
      benefit,
      currency: currency ?? null,
      minimum: conditions?.minimum ?? null,
      products: conditions?.products ?? [],
      costs: costs ?? costsOf(benefit),
    },
    expiry:
      typeof expires === 'string' ? { after: toDuration(expires), dayEnds: false } : { after: toDuration(expires.after), dayEnds: true },
    codes: 'imported' in codes ? { kind: 'imported', lowAt: codes.low_at } : { kind: 'made', ...codes },
    isMarketing: purpose === 'marketing',
    limits: limits.map(({ per, codes: most, cost }) => ({ per, codes: most ?? null, cost: cost ?? null })),
    voids,
  };
}

function benefitOf({ percent, at_most, amount, gift }: OfferSource): Benefit {
  if (percent !== undefined) return { kind: 'percent', percent, atMost: at_most ?? null };
  if (amount !== undefined) return { kind: 'amount', amount };
  return gift === undefined ? { kind: 'free_shipping' } : { kind: 'gift', product: gift.product, name: gift.name ?? null };
}

/** An amount says itself what it costs at most. */
function costsOf(benefit: Benefit): number | null {
  if (benefit.kind === 'amount') return benefit.amount;
  return benefit.kind === 'percent' ? benefit.atMost : null;
}

function toDuration(text: string): Duration {
  const duration = parseDuration(text);
  if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
  return duration;
}
