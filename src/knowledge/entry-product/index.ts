import { sql } from 'kysely';
import { isInStock, type Product } from '../../domain/catalogue/product.js';
import { shownProduct } from '../../domain/catalogue/shown-product.js';
import type { KnowledgeSource } from '../source.js';

/** The product that an entry is about, as the shop has it now; null: none, or the shop does not offer it. */
export type AboutProduct = Product | null;

interface ProductNeed {}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly entry_product: ProductNeed;
  }
  interface Answers {
    readonly entry_product: AboutProduct;
  }
}

const example = {
  name: 'Day cream',
  url: 'https://willow-and-wren.example/day-cream',
  image: 'https://willow-and-wren.example/images/day-cream.jpg',
  price: 24,
  compareAt: 29,
  currency: 'GBP',
  isInStock: true,
};

/** The product of the event that started the entry: its `product_id`. Templates read it as `entry_product`. */
export const entryProductKnown: KnowledgeSource<ProductNeed, null, AboutProduct> = {
  question: () => null,
  fromStore: (
    _question,
    { entryId },
  ) => sql`(select p.product from entries e join products p on p.product_id = e.data -> 'trigger' ->> 'product_id'
    where e.id = ${entryId})`,
  read: (json) => (json ?? null) as AboutProduct,
  // The world in memory has no products.
  fromMemory: () => null,
  template: {
    need: {},
    example,
    show: (product) => (product === null ? null : { ...shownProduct(product), isInStock: isInStock(product) }),
  },
};
