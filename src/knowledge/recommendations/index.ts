import type { Product } from '../../domain/catalogue/product.js';
import type { RecommendationPool } from '../../domain/recommendations/block.js';
import type { ShownRecommendations } from '../../domain/recommendations/record.js';
import type { Instant } from '../../domain/time/instant.js';
import { shownProduct } from '../entry-product/index.js';
import type { KnowledgeSource } from '../source.js';
import { type PoolJson, selectPool } from './store.js';

/** `collection`: of which products are wanted beside those that may be recommended; null: none. */
interface PoolNeed {
  readonly collection: string | null;
}

export interface PoolQuestion {
  readonly at: Instant;
  readonly collections: readonly string[];
}

/** Null: nobody knows, as in the world in memory, which has no products. Then messages show an example. */
type Answer = RecommendationPool | null;

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly recommendations: PoolNeed;
  }
  interface Answers {
    readonly recommendations: Answer;
  }
}

const example: ShownRecommendations = {
  isFallback: false,
  items: [
    { name: 'Ivory knitted mug cosy', told: 'small gifts', kind: 'declared', price: 1.65, compareAt: null, id: '22112' },
    { name: 'Box of 6 assorted colour teaspoons', told: null, kind: 'bought-with', price: 4.25, compareAt: 4.95, id: '22138' },
    { name: 'Glass star frosted T-light holder', told: null, kind: 'due', price: 4.25, compareAt: null, id: '22178' },
    { name: 'Hand warmer Union Jack', told: null, kind: 'popular', price: 1.85, compareAt: null, id: '22633' },
  ].map(({ told, kind, id, ...one }) => ({
    ...one,
    url: `https://willow-and-wren.example/products/${id}`,
    image: `https://willow-and-wren.example/images/${id}.jpg`,
    currency: 'GBP',
    because: { kind: kind as 'declared', told, product: kind === 'bought-with' ? 'Assorted colour bird ornament' : null },
  })),
};

/** What may be recommended to a person, with all that it is chosen by. The template says how many of it and what else (`recommendations:`). */
export const recommendationsKnown: KnowledgeSource<PoolNeed, PoolQuestion, Answer> = {
  question: (needs, at) => ({ at, collections: [...new Set(needs.flatMap(({ collection }) => collection ?? []))] }),
  fromStore: selectPool,
  read: (json) => (json === null || json === undefined ? null : poolOf(json as PoolJson)),
  fromMemory: () => null,
  template: {
    need: { collection: null },
    needOf: (collection) => ({ collection }),
    example,
    show: (pool) => pool ?? example,
  },
};

function poolOf(json: PoolJson): RecommendationPool {
  return {
    kind: 'pool',
    ...json,
    purchases: json.purchases ?? [],
    ratings: [],
    viewed: json.viewed ?? [],
    inCart: json.inCart ?? [],
    shown: json.shown ?? [],
    companions: json.companions ?? {},
    products: (json.products ?? []).map((one) => ({ ...one, product: one.product === null ? null : poolProduct(one.product) })),
  };
}

function poolProduct(product: Product): NonNullable<RecommendationPool['products'][number]['product']> {
  const { category, notFor, consumptionDays } = product;
  return { ...shownProduct(product), category, notFor, consumptionDays };
}
