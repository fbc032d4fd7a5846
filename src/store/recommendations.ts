import { sql } from 'kysely';
import type { Purchases } from '../domain/recommendations/popularity.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

/** A version of what is learnt from orders, and how well it finds what was hidden from it. */
export interface RecommendationModel {
  readonly version: number;
  readonly builtAt: Instant;
  /** Real milliseconds. */
  readonly tookMs: number;
  readonly baskets: number;
  /** Products that it knows. */
  readonly modelled: number;
  /**
   * Held-back baskets from which a product was hidden, and in how many it was among the first five: of the model, and of what is popular.
   */
  readonly tested: number;
  readonly hits: number;
  readonly popularityHits: number;
  /** Different products among all first fives. */
  readonly shown: number;
  /** False: popularity found more, or too few baskets were tested to tell; then popularity is shown instead. */
  readonly isUsed: boolean;
}

export interface ModelledProduct {
  readonly productId: string;
  readonly bought: Purchases;
  readonly companions: Readonly<Record<string, number>>;
}

const columns = sql`version, built_at as "builtAt", took_ms as "tookMs", baskets, modelled, tested, hits, popularity_hits as "popularityHits",
  shown, is_used as "isUsed"`;

export async function newestModel(db: Db): Promise<RecommendationModel | null> {
  const { rows } = await sql<RecommendationModel>`select ${columns} from recommendation_models order by version desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/** The newest first. */
export async function listModels(
  db: Db,
  page: { readonly below: number | null; readonly limit: number },
): Promise<readonly RecommendationModel[]> {
  const { rows } = await sql<RecommendationModel>`select ${columns} from recommendation_models
    where ${page.below}::integer is null or version < ${page.below} order by version desc limit ${page.limit}`.execute(db);
  return rows;
}

/** Older versions tell nobody anything. */
const keptVersions = 30;
/** Of these what they know is kept too: messages that are being written read it. */
const keptWhole = 2;

/** False: another process has made this version meanwhile, and nothing is written. */
export async function writeModel(trx: Trx, model: RecommendationModel, products: readonly ModelledProduct[]): Promise<boolean> {
  const { rows } = await sql`
    insert into recommendation_models (version, built_at, took_ms, baskets, modelled, tested, hits, popularity_hits, shown, is_used)
    values (${model.version}, ${model.builtAt}, ${model.tookMs}, ${model.baskets}, ${model.modelled}, ${model.tested}, ${model.hits},
      ${model.popularityHits}, ${model.shown}, ${model.isUsed}) on conflict do nothing returning version`.execute(trx);
  if (rows.length === 0) return false;
  for (let start = 0; start < products.length; start += 500)
    await sql`insert into recommendation_products (version, product_id, bought, companions)
      select ${model.version}::integer, "productId", bought, companions
      from ${rowsOf(products.slice(start, start + 500))} as r("productId" text, bought jsonb, companions jsonb)`.execute(trx);
  await sql`delete from recommendation_products where version <= ${model.version - keptWhole}`.execute(trx);
  await sql`delete from recommendation_models where version <= ${model.version - keptVersions}`.execute(trx);
  return true;
}

/** Orders that count: kept, not of a test. */
const counts = sql`o.cancelled_at is null and o.status not in ('cancelled', 'refunded') and not coalesce(o.is_test, false) and l.quantity > 0`;

/** What was bought together, an order a basket: those since, the newest ones at most, in the order of their ids. */
export async function readBaskets(db: Db, since: Instant, atMost: number): Promise<readonly (readonly string[])[]> {
  const { rows } = await sql<{ products: readonly string[] }>`
    select products from (
      select o.order_id, o.ordered_at, json_agg(distinct l.product_id order by l.product_id) as products
      from orders o join order_lines l on l.order_id = o.order_id where o.ordered_at > ${since} and ${counts}
      group by o.order_id order by o.ordered_at desc, o.order_id limit ${atMost}
    ) newest order by order_id`.execute(db);
  return rows.map(({ products }) => products);
}

/** Who bought what since: each person's purchases of a product, with their traits. */
export async function readPurchases(
  db: Db,
  since: Instant,
): Promise<readonly { readonly productId: string; readonly traits: Readonly<Record<string, unknown>>; readonly times: number }[]> {
  const { rows } = await sql<{ productId: string; traits: Readonly<Record<string, unknown>>; times: number }>`
    select l.product_id as "productId", p.traits, count(*) as times
    from orders o join order_lines l on l.order_id = o.order_id join profiles p on p.id = o.profile_id
    where o.ordered_at > ${since} and ${counts} group by l.product_id, p.id, p.traits order by l.product_id, p.id`.execute(db);
  return rows;
}
