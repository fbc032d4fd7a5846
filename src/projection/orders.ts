import type { CommerceEvent } from '../domain/carts/commerce-events.js';
import type { ShopEvent } from '../domain/events/event.js';
import { orderIdOf } from '../domain/orders/order-id.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';
import type { OrderChange } from './rows.js';

/** What an event does to the order that it names; none where it names none. */
export function orderChanges(
  event: ShopEvent,
  order: Extract<CommerceEvent, { kind: 'order' }>,
  profileId: ProfileId,
  cartId: CartId | null,
): readonly OrderChange[] {
  const orderId = orderIdOf(event, order);
  if (orderId === null) return [];
  const { total, currency } = order;
  const status = order.status === 'updated' ? null : order.status;
  return [{ orderId, profileId, cartId, status, total, currency, at: event.occurredAt }];
}
