import type { CommerceEvent } from '../carts/commerce-events.js';
import type { ShopEvent } from '../events/event.js';

/** The shop's id of an order. A purchase without one is still a purchase; what comes after it cannot be told apart without one: null. */
export function orderIdOf(event: Pick<ShopEvent, 'messageId'>, order: Extract<CommerceEvent, { readonly kind: 'order' }>): string | null {
  return order.orderId ?? (order.status === 'paid' ? `event:${event.messageId}` : null);
}
