import type { Product } from '../catalogue/product.js';
import type { ShownProduct } from '../catalogue/shown-product.js';
import type { Instant } from '../time/instant.js';

/** What a template shows where nothing can be recommended. */
export type Fallback =
  | { readonly kind: 'popular' }
  /** The block is left out, with its heading. */
  | { readonly kind: 'leave-out' }
  | { readonly kind: 'collection'; readonly collection: string };

/** The block of recommendations of a template. */
export interface RecommendationBlock {
  /** Its name, kept with each message. */
  readonly slot: string;
  readonly count: number;
  readonly fallback: Fallback;
  /** What tags are called in words, by language. */
  readonly tagWords: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A product as the store tells it for recommendations. */
export interface PoolProduct {
  readonly productId: string;
  readonly family: string;
  readonly tags: readonly string[];
  readonly collections: readonly string[];
  readonly isInStock: boolean;
  /** Null: the shop does not offer it any more. */
  readonly product: (ShownProduct & Pick<Product, 'category' | 'notFor' | 'consumptionDays'>) | null;
  /** Purchases of the last four weeks, of all under `''` and of each group. */
  readonly bought: Readonly<Record<string, number>>;
}

/** What is known of a person and of the products that may be shown to them. */
export interface RecommendationPool {
  readonly kind: 'pool';
  readonly at: Instant;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly traitTimes: Readonly<Record<string, Instant>>;
  /** What they said to questions and still holds. `isSpecial`: it may keep products away, and is never a reason that a message says. */
  readonly answers: readonly {
    readonly name: string;
    readonly value: unknown;
    readonly answeredAt: Instant;
    readonly isSpecial: boolean;
  }[];
  /** `quantity`: what they kept; less than `bought`: some of it went back. */
  readonly purchases: readonly { readonly productId: string; readonly at: Instant; readonly bought: number; readonly quantity: number }[];
  readonly ratings: readonly { readonly productId: string; readonly stars: number }[];
  readonly viewed: readonly { readonly productId: string; readonly at: Instant }[];
  readonly inCart: readonly string[];
  readonly shown: readonly { readonly productId: string; readonly at: Instant; readonly isClicked: boolean }[];
  /** Null: none is built. */
  readonly model: { readonly version: number; readonly isUsed: boolean } | null;
  /** Of products that they bought: for which others each speaks. */
  readonly companions: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly products: readonly PoolProduct[];
}
