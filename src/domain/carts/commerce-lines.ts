import type { FieldReader, Properties } from '../values/field-reader.js';
import { isRecord } from '../values/is-record.js';

/** One product as an event names it. Null: the event does not say, so an earlier value stands. */
export interface CommerceLine {
  readonly productId: string;
  readonly variant: string;
  /** Null on a removal: the whole line. Never negative; zero in a snapshot: gone. */
  readonly quantity: number | null;
  readonly name: string | null;
  readonly price: number | null;
  readonly currency: string | null;
  readonly imageUrl: string | null;
  readonly url: string | null;
}

/** More are not kept: no basket holds them. */
const maxProducts = 1000;
/** Characters of products that come as JSON text. */
const longestJson = 1_000_000;

/**
 * The lines of `products`: a list, an object with numbers for keys (PHP), one product by itself, or any of these as JSON text. A line
 * without content is ignored and noted; it never affects the others. Null: the event does not say what is in the cart.
 */
export function readProducts(properties: Properties, read: FieldReader): readonly CommerceLine[] | null {
  const currency = read.currency(properties);
  return eachProduct(properties, read, (product, where) => {
    const line = readLine(product, read, where, currency);
    if (line === null) return null;
    return { ...line, currency: line.currency ?? currency, quantity: readQuantity(product, read, where) };
  });
}

/** Of a product; 1 where it is not said, and no less than nothing. */
export function readQuantity(product: Properties, read: FieldReader, where: string): number {
  const quantity = read.number(product, ['quantity'], null, where) ?? 1;
  if (quantity < 0) read.lose(`${where}quantity`);
  return Math.max(0, quantity);
}

/** What `one` makes of each product of `products`; those of which it makes nothing are noted and left out. Null: there is no `products`. */
export function eachProduct<T>(
  properties: Properties,
  read: FieldReader,
  one: (product: Properties, where: string) => T | null,
): readonly T[] | null {
  if (!Object.hasOwn(properties, 'products') || properties['products'] === undefined) return null;
  const products = listOf(properties['products']);
  if (products === null) {
    read.lose('products');
    return null;
  }
  if (products.length > maxProducts) read.lose(`products[${maxProducts}…]`);
  return products.slice(0, maxProducts).flatMap((product, index) => {
    const where = `products[${index}]`;
    const made = isRecord(product) ? one(product, `${where}.`) : null;
    if (made === null) read.lose(where);
    return made === null ? [] : [made];
  });
}

/** A product as an event names it; one without an id goes by its name. Null: it has neither. */
export function readLine(of: Properties, read: FieldReader, where = '', usual: string | null = null): CommerceLine | null {
  const name = read.text(of, ['name', 'title'], where);
  const productId = read.text(of, ['product_id', 'productId', 'sku', 'id'], where) ?? name;
  if (productId === null) return null;
  const currency = read.currency(of, where);
  return {
    productId,
    variant: read.text(of, ['variant', 'variant_id'], where) ?? '',
    quantity: null,
    name,
    price: read.number(of, ['price'], currency ?? usual, where),
    currency,
    imageUrl: read.address(of, ['image_url', 'imageUrl'], where),
    url: read.address(of, ['url'], where),
  };
}

/** Null: no list of anything. Nothing at all is an empty list. */
function listOf(products: unknown): readonly unknown[] | null {
  if (products === null || products === '') return [];
  if (typeof products === 'string') return listOfJson(products);
  if (Array.isArray(products)) return products as readonly unknown[];
  if (!isRecord(products)) return null;
  const keys = Object.keys(products);
  // Numbers come first and in order, as the language has it.
  return keys.every((key) => /^\d+$/.test(key)) ? Object.values(products) : [products];
}

function listOfJson(text: string): readonly unknown[] | null {
  if (text.trim() === '') return [];
  if (text.length > longestJson || !/^\s*[[{]/.test(text)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' ? listOf(parsed) : null;
  } catch {
    return null;
  }
}
