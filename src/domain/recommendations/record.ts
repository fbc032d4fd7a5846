import type { ShownProduct } from '../catalogue/shown-product.js';
import type { RecommendationBlock, RecommendationPool } from './block.js';
import type { Choice, Chosen } from './choose.js';

/** What a message recommended, and why: kept with it. */
export interface RecommendedRecord extends Omit<Choice, 'items'> {
  readonly slot: string;
  readonly items: readonly (Omit<Chosen, 'itemId'> & { readonly productId: string; readonly url: string | null })[];
}

/** As messages show a choice. `because`: why each was chosen, for the words of a block. */
export interface ShownRecommendations {
  readonly isFallback: boolean;
  readonly items: readonly ShownRecommendation[];
}

export interface ShownRecommendation extends ShownProduct {
  /** `told`: in words what the person said; null: there are no words for it. `product`: with which it is often bought. */
  readonly because: { readonly kind: Chosen['reason']['kind']; readonly told: string | null; readonly product: string | null };
}

export function recordOf(pool: RecommendationPool, choice: Choice, { slot }: RecommendationBlock): RecommendedRecord {
  const urls = new Map(pool.products.map(({ productId, product }) => [productId, product?.url ?? null]));
  const { items, ...rest } = choice;
  return { ...rest, slot, items: items.map(({ itemId, ...one }) => ({ productId: itemId, url: urls.get(itemId) ?? null, ...one })) };
}

/** In the words of a language. */
export function shownOf(pool: RecommendationPool, choice: Choice, tagWords: Readonly<Record<string, string>>): ShownRecommendations {
  const products = new Map(pool.products.map((one) => [one.productId, one.product]));
  const items = choice.items.flatMap(({ itemId, reason }): readonly ShownRecommendation[] => {
    const product = products.get(itemId);
    if (product === undefined || product === null) return [];
    const { name, url, image, price, compareAt, currency } = product;
    const told = 'tag' in reason && Object.hasOwn(tagWords, reason.tag) ? (tagWords[reason.tag] ?? null) : null;
    const companion = 'itemId' in reason ? (products.get(reason.itemId)?.name ?? null) : null;
    // Words that would name what is not there say less instead.
    const kind = reason.kind === 'bought-with' && companion === null ? 'liked' : reason.kind;
    return [{ name, url, image, price, compareAt, currency, because: { kind, told, product: companion } }];
  });
  return { isFallback: choice.isFallback, items };
}
