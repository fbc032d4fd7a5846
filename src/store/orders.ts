import { type RawBuilder, type Selectable, sql } from 'kysely';
import { type KeptOrder, legacyOrder } from '../domain/orders/kept-order.js';
import { marginOf, netLines } from '../domain/orders/line-nets.js';
import { viewOrder } from '../domain/orders/order-view.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';
import type { OrdersTable } from './schema.js';
import { rowsOf } from './write-together.js';

export type OrderRow = Selectable<OrdersTable>;

/** The orders with these ids, locked in the order of their ids: a part of a larger statement. */
export function lockingOrders(ids: readonly string[]): RawBuilder<OrderRow> {
  return sql<OrderRow>`select * from orders where order_id = any(${ids}) order by order_id for update`;
}

export function toKeptOrder(row: OrderRow): KeptOrder {
  const { order_id: orderId, profile_id, cart_id, updated_at: updatedAt } = row;
  const known = { orderId, profileId: profile_id as ProfileId, cartId: cart_id as CartId | null, updatedAt };
  const legacy = { status: row.status, total: row.total, currency: row.currency, orderedAt: row.ordered_at, updatedAt };
  return legacyOrder(known, legacy, row.fold as Pick<KeptOrder, 'fold' | 'owner'> | null);
}

/**
 * Orders and their lines. `taken`: of those that were not there, how many rows must be new, because another transaction may have written
 * one first.
 */
export function writeOrders(
  orders: readonly KeptOrder[],
): Readonly<Record<'orders' | 'order_lines' | 'gone_lines', RawBuilder<unknown> | null>> {
  if (orders.length === 0) return { orders: null, order_lines: null, gone_lines: null };
  const lines = orders.flatMap(({ orderId, fold }) => netLines(viewOrder(fold)).map((line) => ({ ...line, orderId })));
  return { orders: upsertOrders(orders), order_lines: upsertLines(lines), gone_lines: dropLines(orders, lines) };
}

function upsertOrders(orders: readonly KeptOrder[]): RawBuilder<unknown> {
  return sql`insert into orders as o (order_id, profile_id, cart_id, status, total, currency, ordered_at, updated_at, fold, paid_at, cancelled_at,
      refunded, net, tax, shipping, discount, margin, codes, is_test, qualifies, shipped_at, promised_at, delivered_at, has_exception, has_open_return)
    select "orderId", "profileId", "cartId", status, total, currency, "orderedAt", "updatedAt", kept, "paidAt", "cancelledAt",
      refunded, net, tax, shipping, discount, margin, codes, "isTest", qualifies, "shippedAt", "promisedAt", "deliveredAt", "hasException", "hasOpenReturn"
    from ${rowsOf(orders.map(rowOf))} as r("orderId" text, "profileId" text, "cartId" text, status text, total double precision, currency text,
      "orderedAt" bigint, "updatedAt" bigint, kept jsonb, "paidAt" bigint, "cancelledAt" bigint, refunded double precision, net double precision,
      tax double precision, shipping double precision, discount double precision, margin double precision, codes jsonb, "isTest" boolean,
      qualifies boolean, "shippedAt" bigint, "promisedAt" bigint, "deliveredAt" bigint, "hasException" boolean, "hasOpenReturn" boolean)
    on conflict (order_id) do update set profile_id = excluded.profile_id, cart_id = excluded.cart_id, status = excluded.status,
      total = excluded.total, currency = excluded.currency, ordered_at = excluded.ordered_at, updated_at = excluded.updated_at, fold = excluded.fold,
      paid_at = excluded.paid_at, cancelled_at = excluded.cancelled_at, refunded = excluded.refunded, net = excluded.net, tax = excluded.tax,
      shipping = excluded.shipping, discount = excluded.discount, margin = excluded.margin, codes = excluded.codes, is_test = excluded.is_test,
      qualifies = excluded.qualifies, shipped_at = excluded.shipped_at, promised_at = excluded.promised_at, delivered_at = excluded.delivered_at,
      has_exception = excluded.has_exception, has_open_return = excluded.has_open_return
    where o.order_id = any(${orders.flatMap(({ orderId, isStored }) => (isStored ? [orderId] : []))})
    returning 1`;
}

function rowOf({ fold, owner, isStored: _stored, ...order }: KeptOrder) {
  const view = viewOrder(fold);
  const { shippedAt, promisedAt, deliveredAt, hasException } = view.delivery;
  const {
    lines: _lines,
    keptLines: _kept,
    delivery: _delivery,
    shipments: _shipments,
    refunds: _refunds,
    returns: _returns,
    ...sums
  } = view;
  return {
    ...order,
    ...sums,
    orderedAt: view.orderedAt ?? order.updatedAt,
    kept: { fold, owner },
    margin: marginOf(view),
    shippedAt,
    promisedAt,
    deliveredAt,
    hasException,
  };
}

type LineRow = ReturnType<typeof netLines>[number] & { readonly orderId: string };

function upsertLines(lines: readonly LineRow[]): RawBuilder<unknown> | null {
  if (lines.length === 0) return null;
  const rows = lines.map(({ orderId, productId, variant, name, quantity, kept, price, cost = null, net }) => {
    return { orderId, productId, variant, name, bought: quantity, quantity: kept, price, cost, net };
  });
  return sql`insert into order_lines (order_id, product_id, variant, name, bought, quantity, price, cost, net)
    select "orderId", "productId", variant, name, bought, quantity, price, cost, net
    from ${rowsOf(rows)} as r("orderId" text, "productId" text, variant text, name text, bought double precision, quantity double precision,
      price double precision, cost double precision, net double precision)
    on conflict (order_id, product_id, variant) do update set name = excluded.name, bought = excluded.bought, quantity = excluded.quantity,
      price = excluded.price, cost = excluded.cost, net = excluded.net
    returning 1`;
}

/** Lines that an order has no more. */
function dropLines(orders: readonly KeptOrder[], lines: readonly LineRow[]): RawBuilder<unknown> | null {
  const stored = orders.flatMap(({ orderId, isStored }) => (isStored ? [orderId] : []));
  if (stored.length === 0) return null;
  const rows = lines.map(({ orderId, productId, variant }) => ({ orderId, productId, variant }));
  return sql`delete from order_lines l where l.order_id = any(${stored}) and not exists (
      select from ${rowsOf(rows)} as r("orderId" text, "productId" text, variant text)
      where r."orderId" = l.order_id and r."productId" = l.product_id and r.variant = l.variant) returning 1`;
}
