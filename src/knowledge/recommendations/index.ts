import { currentValue, newestByName } from '../../domain/answers/answer.js';
import type { Product } from '../../domain/catalogue/product.js';
import { shownProduct } from '../../domain/catalogue/shown-product.js';
import { isSealed } from '../../domain/keys/sealed.js';
import type { PoolProduct, RecommendationPool } from '../../domain/recommendations/block.js';
import type { ShownRecommendations } from '../../domain/recommendations/record.js';
import type { KnowledgeSource, OpenSealed } from '../source.js';
import { type PoolQuestion } from './asked.js';
import { type PoolJson, selectPool } from './store.js';

/** `collection`: of which products are wanted beside those that may be recommended; null: none. */
interface PoolNeed {
  readonly collection: string | null;
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

/**
 * What may be recommended to a person, with all that it is chosen by. The template says how many of it and what else (`recommendations:`).
 */
export const recommendationsKnown: KnowledgeSource<PoolNeed, PoolQuestion, Answer> = {
  question: (needs, at) => ({ at, collections: [...new Set(needs.flatMap(({ collection }) => collection ?? []))] }),
  fromStore: selectPool,
  read: (json, open) => (json === null || json === undefined ? null : poolOf(json as PoolJson, open)),
  fromMemory: () => null,
  template: {
    need: { collection: null },
    needOf: (collection) => ({ collection }),
    example,
    opensSealed: true,
    show: (pool) => pool ?? example,
  },
};

function poolOf(json: PoolJson, open: OpenSealed | undefined): RecommendationPool {
  return {
    kind: 'pool',
    ...json,
    purchases: json.purchases ?? [],
    ratings: json.ratings ?? [],
    answers: answersOf(json, open),
    viewed: json.viewed ?? [],
    inCart: json.inCart ?? [],
    shown: json.shown ?? [],
    companions: json.companions ?? {},
    products: (json.products ?? []).map((one) => ({ ...one, product: one.product === null ? null : poolProduct(one.product) })),
  };
}

function poolProduct(product: Product): NonNullable<PoolProduct['product']> {
  const { category, notFor, consumptionDays } = product;
  return { ...shownProduct(product), category, notFor, consumptionDays };
}

/** The newest to each question, as far as it still holds. What cannot be opened says nothing. */
function answersOf({ answers, at }: PoolJson, open: OpenSealed | undefined): RecommendationPool['answers'] {
  return [...newestByName(answers ?? []).values()].flatMap((answer) => {
    const value = currentValue(answer, at);
    if (value === undefined) return [];
    const isSpecial = isSealed(value);
    return [
      { name: answer.name, value: isSpecial ? (open?.(answer.name, value) ?? null) : value, answeredAt: answer.answeredAt, isSpecial },
    ];
  });
}
