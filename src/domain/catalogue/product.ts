import type { Instant } from '../time/instant.js';

/** What can be bought of a product: a size, a colour. Amounts in the currency's major unit. */
export interface Variant {
  readonly variantId: string;
  readonly name: string | null;
  readonly price: number | null;
  /** The price before a reduction. */
  readonly compareAt: number | null;
  /** What the shop pays for it. */
  readonly cost: number | null;
  /** Pieces that can be sold; null: the shop does not count them, so there are always some. */
  readonly stock: number | null;
  readonly imageUrl: string | null;
}

/** A product as the shop's backend tells it, whole. Ids are the shop's own, as its events name them. */
export interface Product {
  readonly name: string;
  readonly url: string | null;
  readonly images: readonly string[];
  readonly category: string | null;
  /** What is the same to a buyer: who has one of a family is not shown another. The product's id where the shop says none. */
  readonly family: string;
  /** Such as `skin:dry` or `category:serum`. */
  readonly tags: readonly string[];
  readonly collections: readonly string[];
  /** Tags of people for whom it is not fit, such as `allergy:nuts`. */
  readonly notFor: readonly string[];
  /** How long one piece lasts; null: it is bought once. */
  readonly consumptionDays: number | null;
  /** Null: the shop's. */
  readonly currency: string | null;
  /** Empty: it has none, and is always there. */
  readonly variants: readonly Variant[];
}

/** How much of a product is kept: characters of a name and of a label (a tag, a category, a collection), and how many there may be. */
export const productLimits = { name: 500, label: 100, labels: 100, images: 20, variants: 250 } as const;

/** What the shop says of a product at an instant of its own clock. */
export interface ToldProduct {
  readonly productId: string;
  /** When the shop changed it. */
  readonly updatedAt: Instant;
  /** Null: it is no longer offered. */
  readonly product: Product | null;
}

export function isInStock({ variants }: Product): boolean {
  return variants.length === 0 || variants.some(isThere);
}

/** What it costs at least, of what is there; null: no price is known. */
export function priceOf({ variants }: Product): number | null {
  return shownVariant(variants)?.price ?? null;
}

/** The variant whose price and picture stand for the product: the cheapest that is there, of equals the first. */
export function shownVariant(variants: readonly Variant[]): Variant | null {
  const there = variants.filter(isThere);
  const priced = (there.length > 0 ? there : variants).filter(({ price }) => price !== null);
  return priced.reduce<Variant | null>((best, one) => (best === null || (one.price ?? 0) < (best.price ?? 0) ? one : best), null);
}

function isThere({ stock }: Variant): boolean {
  return stock === null || stock > 0;
}
