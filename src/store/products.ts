import { type RawBuilder, sql } from 'kysely';
import { isInStock, type Product, priceOf, type ToldProduct } from '../domain/catalogue/product.js';
import type { ProductVersion } from '../domain/catalogue/product-version.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

/** A product as it is kept. */
export interface StoredProduct extends ToldProduct, ProductVersion {
  readonly receivedAt: Instant;
}

const columns = sql`product_id as "productId", updated_at as "updatedAt", mark, product, received_at as "receivedAt"`;

/** Those of these ids that are known, locked against other tellings of them, in the order of their ids. */
export async function lockProducts(trx: Trx, ids: readonly string[]): Promise<readonly StoredProduct[]> {
  const { rows } = await sql<StoredProduct>`
    select ${columns} from products where product_id = any(${ids}) order by product_id for update`.execute(trx);
  return rows;
}

/** One row a product, in the order of their ids. What another transaction wrote meanwhile and is newer stays. */
export function writeProducts(
  products: readonly (ToldProduct & ProductVersion & { readonly receivedAt: Instant })[],
): RawBuilder<unknown> | null {
  if (products.length === 0) return null;
  return sql`insert into products as p (product_id, updated_at, mark, product, family, tags, collections, is_in_stock, price, received_at)
    select "productId", "updatedAt", mark, product, family, array(select json_array_elements_text(tags)),
      array(select json_array_elements_text(collections)), "isInStock", price, "receivedAt"
    from ${rowsOf(products.map(rowOf))} as r("productId" text, "updatedAt" bigint, mark text, product jsonb, family text, tags json,
      collections json, "isInStock" boolean, price double precision, "receivedAt" bigint)
    on conflict (product_id) do update set updated_at = excluded.updated_at, mark = excluded.mark, product = excluded.product,
      family = excluded.family, tags = excluded.tags, collections = excluded.collections, is_in_stock = excluded.is_in_stock,
      price = excluded.price, received_at = excluded.received_at
    where (excluded.updated_at, excluded.mark) > (p.updated_at, p.mark)
    returning 1`;
}

/** What is looked for stands in columns beside the product. What is no longer offered is found by nothing. */
function rowOf({ productId, updatedAt, mark, product, receivedAt }: Parameters<typeof writeProducts>[0][number]) {
  const told = { productId, updatedAt, mark, product, receivedAt };
  return product === null
    ? { ...told, family: productId, tags: [], collections: [], isInStock: false, price: null }
    : { ...told, ...soughtBy(product) };
}

function soughtBy(product: Product) {
  const { family, tags, collections } = product;
  return { family, tags, collections, isInStock: isInStock(product), price: priceOf(product) };
}

export async function findProduct(db: Db | Trx, productId: string): Promise<StoredProduct | null> {
  const { rows } = await sql<StoredProduct>`select ${columns} from products where product_id = ${productId}`.execute(db);
  return rows[0] ?? null;
}

/** By id, at most `limit` after `after`. */
export async function listProducts(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly StoredProduct[]> {
  const { rows } = await sql<StoredProduct>`select ${columns} from products
    where ${page.after}::text is null or product_id > ${page.after} order by product_id limit ${page.limit}`.execute(db);
  return rows;
}
