import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { OrderChange } from '../projection/rows.js';
import { rowsOf } from './write-together.js';

/**
 * Orders as their newest event tells them: an older event that comes late fills in what is missing and changes nothing else. A cancelled or
 * refunded order keeps the amount it was paid with. An order stays with the profile that it was first seen with.
 */
export function writeOrders(changes: readonly OrderChange[]): RawBuilder<unknown> | null {
  if (changes.length === 0) return null;
  const rows = [...foldByOrder(changes).values()].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  return sql`insert into orders as o (order_id, profile_id, cart_id, status, total, currency, ordered_at, updated_at)
    select "orderId", "profileId", "cartId", coalesce(status, 'created'), total, currency, "orderedAt", "updatedAt"
    from ${rowsOf(rows)} as r("orderId" text, "profileId" text, "cartId" text, status text, total double precision, currency text, "orderedAt" bigint, "updatedAt" bigint)
    on conflict (order_id) do update set
      cart_id = coalesce(o.cart_id, excluded.cart_id),
      status = case when excluded.status <> 'created' and (excluded.updated_at >= o.updated_at or o.status = 'created') then excluded.status else o.status end,
      total = coalesce(case when excluded.status = 'paid' then excluded.total end, o.total, excluded.total),
      currency = coalesce(o.currency, excluded.currency),
      ordered_at = least(o.ordered_at, excluded.ordered_at),
      updated_at = greatest(o.updated_at, excluded.updated_at)
    returning 1`;
}

type FoldedOrder = Omit<OrderChange, 'at'> & { readonly orderedAt: Instant; readonly updatedAt: Instant };

/** One row per order: a statement may not touch a row twice. */
function foldByOrder(changes: readonly OrderChange[]): ReadonlyMap<string, FoldedOrder> {
  const folded = new Map<string, FoldedOrder>();
  for (const { at, ...change } of changes.toSorted((a, b) => a.at - b.at)) {
    const known = folded.get(change.orderId);
    folded.set(change.orderId, {
      ...change,
      profileId: known?.profileId ?? change.profileId,
      cartId: known?.cartId ?? change.cartId,
      status: change.status ?? known?.status ?? null,
      total: change.status === 'paid' ? (change.total ?? known?.total ?? null) : (known?.total ?? change.total),
      currency: known?.currency ?? change.currency,
      orderedAt: known?.orderedAt ?? at,
      updatedAt: at,
    });
  }
  return folded;
}
