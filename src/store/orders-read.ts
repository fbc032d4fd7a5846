import { sql } from 'kysely';
import type { OrderFold } from '../domain/orders/order-fold.js';
import { type ShipmentView, viewOrder } from '../domain/orders/order-view.js';
import type { Db, Trx } from './db.js';

/** The shipments of a person's newest orders, as their events tell them. */
export async function readShipments(
  db: Db | Trx,
  profileId: string,
  orders: number,
): Promise<readonly (ShipmentView & { readonly orderId: string })[]> {
  const { rows } = await sql<{ order_id: string; fold: OrderFold }>`select order_id, fold -> 'fold' as fold from orders
    where profile_id = ${profileId} and fold is not null order by ordered_at desc limit ${orders}`.execute(db);
  return rows.flatMap(({ order_id: orderId, fold }) => viewOrder(fold).shipments.map((one) => ({ ...one, orderId })));
}
