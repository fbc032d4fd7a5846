import { subjectId } from '../../domain/events/subject.js';
import type { KeptOrder } from '../../domain/orders/kept-order.js';
import type { KnownLine, KnownOrder, KnownOrders } from '../../domain/orders/known-order.js';
import { marginOf, netLines } from '../../domain/orders/line-nets.js';
import { type OrderView, viewOrder } from '../../domain/orders/order-view.js';
import type { MemoryLook } from '../source.js';
import { type OrdersNeed, ordersAtMost } from './asked.js';

export function ordersInMemory({ lines }: OrdersNeed, look: MemoryLook): KnownOrders {
  const known = (order: KeptOrder): KnownOrder => knownOrder(order, lines);
  const own = look.tables.orders.where('profile', look.profileId).map(known);
  const about = orderOfEntryInMemory(look);
  return {
    own: own.sort((a, b) => b.orderedAt - a.orderedAt || (a.orderId < b.orderId ? -1 : 1)).slice(0, ordersAtMost),
    about: about === null ? null : known(about),
  };
}

/** The order that the entry is about; null: none, or nothing is known of it. */
export function orderOfEntryInMemory({ tables, entryId }: MemoryLook): KeptOrder | null {
  const id = entryId === null ? null : subjectId(tables.entry(entryId).about, 'order');
  return id === null ? null : (tables.orders.get(id) ?? null);
}

function knownOrder({ orderId, fold, updatedAt }: KeptOrder, withLines: boolean): KnownOrder {
  const view = viewOrder(fold);
  const { status, qualifies, total, net, currency, codes, hasOpenReturn, paidAt } = view;
  const { shippedAt, promisedAt, deliveredAt, hasException } = view.delivery;
  const orderedAt = view.orderedAt ?? updatedAt;
  const sums = { total, net, currency, codes, margin: marginOf(view) };
  return {
    orderId,
    status,
    qualifies,
    ...sums,
    orderedAt,
    paidAt,
    shippedAt,
    promisedAt,
    deliveredAt,
    hasException,
    hasOpenReturn,
    lines: withLines ? linesOf(view) : [],
  };
}

function linesOf(order: OrderView): readonly KnownLine[] {
  return netLines(order)
    .filter(({ kept }) => kept > 0)
    .sort((a, b) => (a.productId < b.productId ? -1 : a.productId > b.productId ? 1 : a.variant < b.variant ? -1 : 1))
    .map(({ productId, kept }) => ({ productId, quantity: kept, tags: [], collections: [] }));
}
