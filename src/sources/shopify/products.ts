import { type Product, productLimits, type ToldProduct, type Variant } from '../../domain/catalogue/product.js';
import type { Instant } from '../../domain/time/instant.js';
import { readInstant } from '../../domain/time/written-instant.js';
import type { Fields } from '../source.js';
import { amount, idOf, records, text } from './fields.js';

/** Words of the tags that say what Shopify has no field for: `family:mugs`, `consumption-days:30`, `not-for:allergy:nuts`. */
const told = { family: 'family:', days: 'consumption-days:', notFor: 'not-for:' } as const;

/** `products/create`, `products/update`. What is no longer active is no longer offered. `at`: when Shopify told it. Null: no id. */
export function readProduct(body: Fields, shop: string | null, at: Instant): ToldProduct | null {
  const productId = idOf(body);
  if (productId === null) return null;
  const isOffered = (text(body['status']) ?? 'active').toLowerCase() === 'active';
  const updatedAt = readInstant(body['updated_at']) ?? at;
  return { productId, updatedAt, product: isOffered ? productOf(body, productId, shop) : null };
}

/** `products/delete` has the id alone. */
export function readDeletedProduct(body: Fields, _shop: string | null, at: Instant): ToldProduct | null {
  const productId = idOf(body);
  return productId === null ? null : { productId, updatedAt: at, product: null };
}

function productOf(body: Fields, productId: string, shop: string | null): Product {
  const tags = labels(text(body['tags'])?.split(',') ?? []);
  const said = (prefix: string): readonly string[] =>
    tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length).trim());
  const days = amount(said(told.days)[0]);
  const handle = text(body['handle']);
  return {
    name: (text(body['title']) ?? productId).slice(0, productLimits.name),
    url: shop === null || handle === null ? null : `https://${shop}/products/${encodeURIComponent(handle)}`,
    images: records(body['images'])
      .flatMap((image) => webAddress(image['src']) ?? [])
      .slice(0, productLimits.images),
    category: labels([text(body['product_type']) ?? ''])[0] ?? null,
    family: said(told.family)[0] ?? productId,
    tags: tags.filter((tag) => !Object.values(told).some((prefix) => tag.startsWith(prefix))),
    collections: [],
    notFor: said(told.notFor),
    consumptionDays: days !== null && days > 0 ? days : null,
    currency: null,
    variants: records(body['variants'])
      .slice(0, productLimits.variants)
      .flatMap((variant) => variantOf(variant) ?? []),
  };
}

function variantOf(variant: Fields): Variant | null {
  const variantId = idOf(variant);
  if (variantId === null) return null;
  const isCounted = variant['inventory_management'] !== null && text(variant['inventory_policy']) !== 'continue';
  return {
    variantId,
    name: text(variant['title']),
    price: amount(variant['price']),
    compareAt: amount(variant['compare_at_price']),
    cost: null,
    stock: isCounted ? amount(variant['inventory_quantity']) : null,
    imageUrl: null,
  };
}

function labels(words: readonly string[]): readonly string[] {
  const small = words.map((word) => word.trim().toLowerCase().slice(0, productLimits.label)).filter((word) => word !== '');
  return [...new Set(small)].slice(0, productLimits.labels);
}

function webAddress(value: unknown): string | null {
  const address = text(value);
  return address !== null && /^https?:\/\/\S{1,2040}$/.test(address) ? address : null;
}
