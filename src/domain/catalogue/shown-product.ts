import { type Product, shownVariant } from './product.js';

/** What messages show of a product. */
export interface ShownProduct {
  readonly name: string;
  readonly url: string | null;
  readonly image: string | null;
  readonly price: number | null;
  /** The price before a reduction. */
  readonly compareAt: number | null;
  /** Null: the shop's. */
  readonly currency: string | null;
}

/** For a message, as a person sees it. */
export function shownProduct({ name, url, images, currency, variants }: Product): ShownProduct {
  const variant = shownVariant(variants);
  const price = variant?.price ?? null;
  const before = variant?.compareAt ?? null;
  return {
    name,
    url,
    image: images[0] ?? variant?.imageUrl ?? null,
    price,
    compareAt: price !== null && before !== null && before > price ? before : null,
    currency,
  };
}
