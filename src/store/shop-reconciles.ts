import { type Selectable, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db } from './db.js';
import { jsonText } from './json.js';
import type { ShopReconcilesTable } from './schema.js';

/** What a connected shop was asked, and what came of it. */
export interface ShopReconcile {
  /** All that changed before is known; null: it was never asked. */
  readonly ordersTo: Instant | null;
  readonly checkoutsTo: Instant | null;
  readonly succeededAt: Instant | null;
  /** Since when it fails, and why, as a sentence; null: the last time it worked. */
  readonly failedAt: Instant | null;
  readonly failure: string | null;
  /** What no webhook had told, in all and the last time. */
  readonly found: { readonly orders: number; readonly checkouts: number };
  readonly foundLast: { readonly orders: number; readonly checkouts: number };
  /** Since when Sojourn sets up the webhooks; null: they stand in the app's file. */
  readonly registeredAt: Instant | null;
  /** Topics whose webhooks Shopify had dropped, and when that was mended; null: never. */
  readonly restored: readonly string[] | null;
  readonly restoredAt: Instant | null;
}

/** Null: it was never asked. */
export async function readShopReconcile(db: Db, shop: string): Promise<ShopReconcile | null> {
  const row = await db.selectFrom('shop_reconciles').selectAll().where('shop', '=', shop).executeTakeFirst();
  return row === undefined ? null : reconcileOf(row);
}

/** Takes the round that is due, for so many real milliseconds. Null: none is, or another process has it. */
export async function claimReconcile(db: Db, shop: string, leaseMs: number): Promise<ShopReconcile | null> {
  await sql`insert into shop_reconciles (shop) values (${shop}) on conflict do nothing`.execute(db);
  const { rows } = await sql<Selectable<ShopReconcilesTable>>`update shop_reconciles set next_real = real_now_ms() + ${leaseMs}::bigint
    where shop = ${shop} and next_real <= real_now_ms() returning *`.execute(db);
  const [row] = rows;
  return row === undefined ? null : reconcileOf(row);
}

/** The next round comes after so many real milliseconds. */
export async function putOffReconcile(db: Db, shop: string, pauseMs: number): Promise<void> {
  await sql`update shop_reconciles set next_real = real_now_ms() + ${pauseMs}::bigint where shop = ${shop}`.execute(db);
}

/** All that changed before this instant is known. It never goes back. */
export async function advanceReconcile(db: Db, shop: string, what: 'orders_to' | 'checkouts_to', to: Instant): Promise<void> {
  const column = sql.ref(what);
  await sql`insert into shop_reconciles (shop, ${column}) values (${shop}, ${to})
    on conflict (shop) do update set ${column} = greatest(shop_reconciles.${column}, excluded.${column})`.execute(db);
}

export async function settleReconcile(
  db: Db,
  shop: string,
  outcome:
    | { readonly kind: 'good'; readonly at: Instant; readonly orders: number; readonly checkouts: number }
    | { readonly kind: 'failed'; readonly at: Instant; readonly sentence: string; readonly orders: number; readonly checkouts: number },
): Promise<void> {
  const { at, orders, checkouts } = outcome;
  const good = outcome.kind === 'good' ? sql`succeeded_at = ${at}, failed_at = null, failure = null` : null;
  const failed = outcome.kind === 'failed' ? sql`failed_at = coalesce(failed_at, ${at}::bigint), failure = ${outcome.sentence}` : null;
  await sql`update shop_reconciles set ${good ?? failed}, last_orders = ${orders}, last_checkouts = ${checkouts},
    found_orders = found_orders + ${orders}::bigint, found_checkouts = found_checkouts + ${checkouts}::bigint where shop = ${shop}`.execute(
    db,
  );
}

/** Sojourn has set up the webhooks; `restored`: those that Shopify had dropped since. */
export async function keepRegistered(db: Db, shop: string, at: Instant, restored: readonly string[]): Promise<void> {
  await sql`insert into shop_reconciles (shop, registered_at) values (${shop}, ${at})
    on conflict (shop) do update set registered_at = coalesce(shop_reconciles.registered_at, excluded.registered_at)`.execute(db);
  if (restored.length > 0)
    await sql`update shop_reconciles set restored = ${jsonText(restored)}::jsonb, restored_at = ${at} where shop = ${shop}`.execute(db);
}

/** The newest version of the content of these orders that is known, by the shop's own instants. */
export async function readOrderVersions(db: Db, orderIds: readonly string[]): Promise<ReadonlyMap<string, Instant>> {
  const { rows } = await sql<{ order_id: string; at: number | null }>`select order_id,
      greatest((fold -> 'fold' -> 'lines' ->> 0)::bigint, (fold -> 'fold' -> 'total' ->> 0)::bigint) as at
    from orders where order_id = any(${orderIds}::text[])`.execute(db);
  return new Map(rows.flatMap(({ order_id: id, at }) => (at === null ? [] : [[id, at]])));
}

/** When the carts of these people were last touched, by their user ids. */
export async function readCartsTouched(db: Db, userIds: readonly string[]): Promise<ReadonlyMap<string, Instant>> {
  const { rows } = await sql<{ user_id: string; at: number }>`select i.value as user_id, max(c.updated_at) as at
    from identities i join carts c on c.profile_id = i.profile_id
    where i.kind = 'user' and i.value = any(${userIds}::text[]) group by i.value`.execute(db);
  return new Map(rows.map(({ user_id: id, at }) => [id, at]));
}

function reconcileOf(row: Selectable<ShopReconcilesTable>): ShopReconcile {
  return {
    ordersTo: row.orders_to,
    checkoutsTo: row.checkouts_to,
    succeededAt: row.succeeded_at,
    failedAt: row.failed_at,
    failure: row.failure,
    found: { orders: row.found_orders, checkouts: row.found_checkouts },
    foundLast: { orders: row.last_orders, checkouts: row.last_checkouts },
    registeredAt: row.registered_at,
    restored: row.restored,
    restoredAt: row.restored_at,
  };
}
