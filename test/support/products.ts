import type { Product, Variant } from '../../src/domain/catalogue/product.js';

/** A mug that is bought once, and always there. */
export function aProduct(of: Partial<Product> = {}): Product {
  return {
    name: 'Mug',
    url: 'https://shop.example/mug',
    images: ['https://shop.example/mug.jpg'],
    category: 'mugs',
    family: 'mug',
    tags: [],
    collections: [],
    notFor: [],
    consumptionDays: null,
    currency: 'GBP',
    variants: [],
    ...of,
  };
}

export function aVariant(of: Partial<Variant> = {}): Variant {
  return { variantId: 'one', name: null, price: 10, compareAt: null, cost: null, stock: null, imageUrl: null, ...of };
}
