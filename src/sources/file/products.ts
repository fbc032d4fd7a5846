import { type Product, productLimits, type Variant } from '../../domain/catalogue/product.js';
import type { Row } from './row.js';
import type { FileFacts, RowSaid } from './said.js';

/** A product: one line, or lines that stand together, each with one of its variants. The first says what is true of all. */
export function readProductLines(rows: readonly Row[], { asOf }: FileFacts): RowSaid {
  const [first] = rows;
  if (first === undefined) return { kind: 'silent', reason: 'says-nothing' };
  const productId = first.id('product_id');
  if (productId === null && first.faults.length === 0) first.missing('product_id', 'a product needs the id by which events name it.');
  const updatedAt = first.when('updated_at') ?? asOf;
  const isGone = first.flag('deleted') === true;
  const product = productId === null || isGone ? null : productOf(rows, first, productId);
  const [fault] = rows.flatMap(({ faults }) => faults);
  if (fault !== undefined || productId === null)
    return { kind: 'faulty', ...(fault ?? { reason: 'missing-value', detail: 'The product has no id.' }) };
  return {
    kind: 'said',
    who: { userId: null, email: null, phone: null },
    events: [],
    refusals: [],
    products: [{ productId, updatedAt, product }],
  };
}

function productOf(rows: readonly Row[], first: Row, productId: string): Product {
  const name = first.text('name');
  if (name === null && first.faults.length === 0) first.missing('name', 'a product needs a name.');
  const currency = first.currency('currency');
  const days = first.count('consumption_days');
  return {
    name: (name ?? '').slice(0, productLimits.name),
    url: webAddress(first, 'url'),
    images: rows.flatMap((row) => webAddress(row, 'image') ?? []).slice(0, productLimits.images),
    category: labels(first, 'category')[0] ?? null,
    family: first.id('family') ?? productId,
    tags: labels(first, 'tags'),
    collections: labels(first, 'collections'),
    notFor: labels(first, 'not_for'),
    consumptionDays: days !== null && days > 0 ? days : null,
    currency,
    variants: rows.slice(0, productLimits.variants).flatMap((row) => variantOf(row, currency, productId) ?? []),
  };
}

/** Null: the line has no price and no variant, such as one that only adds a picture. */
function variantOf(row: Row, currency: string | null, productId: string): Variant | null {
  const variantId = row.id('variant_id');
  const price = row.amount('price', currency);
  if (variantId === null && price === null) return null;
  return {
    variantId: variantId ?? productId,
    name: row.text('variant_name'),
    price,
    compareAt: row.amount('compare_at', currency),
    cost: row.amount('cost', currency),
    stock: row.amount('stock', 'EUR'),
    imageUrl: null,
  };
}

function labels(row: Row, field: string): readonly string[] {
  const value = row.value(field);
  const words = Array.isArray(value) ? (value as readonly unknown[]).map(String) : (row.text(field)?.split(/[,;|]/) ?? []);
  const small = words.map((word) => word.trim().toLowerCase().slice(0, productLimits.label)).filter((word) => word !== '');
  return [...new Set(small)].slice(0, productLimits.labels);
}

function webAddress(row: Row, field: string): string | null {
  const address = row.text(field);
  return address !== null && /^https?:\/\/\S{1,2040}$/.test(address) ? address : null;
}
