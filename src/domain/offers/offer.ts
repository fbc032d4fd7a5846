import type { CalendarUnit } from '../time/calendar-window.js';
import type { Duration } from '../time/duration.js';

/** What somebody gets by the code of an offer. Money is in the currency of the offer. */
export type Benefit =
  /** `atMost`: money; null: no more than the percentage makes it. */
  | { readonly kind: 'percent'; readonly percent: number; readonly atMost: number | null }
  | { readonly kind: 'amount'; readonly amount: number }
  | { readonly kind: 'free_shipping' }
  | { readonly kind: 'gift'; readonly product: string; readonly name: string | null };

/** What a code is good for: it stays as it was promised when the offer has a newer version. */
export interface Terms {
  readonly benefit: Benefit;
  /** ISO 4217; null: it names no money. */
  readonly currency: string | null;
  /** The order must come to so much; null: to anything. */
  readonly minimum: number | null;
  /** Ids of products of which one must be in the order; empty: any. */
  readonly products: readonly string[];
  /** What one code costs the shop at most, in `currency`; null: nobody said. */
  readonly costs: number | null;
}

/** How much may be promised in a calendar period of the shop's time zone; `all`: ever. Null: as much as is asked for. */
export interface OfferLimit {
  readonly per: CalendarUnit | 'all';
  readonly codes: number | null;
  /** Money in the currency of the offer: codes × what one costs at most. */
  readonly cost: number | null;
}

/** What takes a code back that was not used. */
export const voidRules = ['order_cancelled', 'full_price_order'] as const;
export type VoidRule = (typeof voidRules)[number];

/** A compiled offer: what a marketer promises, by which codes, until when, and how often. */
export interface Offer {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly terms: Terms;
  /** `dayEnds`: until the end of the person's day. Otherwise whole days are counted in the shop's time zone. */
  readonly expiry: { readonly after: Duration; readonly dayEnds: boolean };
  readonly codes: /** `length`: letters and digits behind the prefix. */
    | { readonly kind: 'made'; readonly prefix: string; readonly length: number }
    /** `lowAt`: somebody is warned when so few codes, or fewer, are left. */
    | { readonly kind: 'imported'; readonly lowAt: number };
  /** It counts as the one marketing offer that a person gets in a while, and is not given beside another. */
  readonly isMarketing: boolean;
  readonly limits: readonly OfferLimit[];
  readonly voids: readonly VoidRule[];
}

/** An offer in force. */
export interface LiveOffer {
  readonly version: number;
  readonly definition: Offer;
}
