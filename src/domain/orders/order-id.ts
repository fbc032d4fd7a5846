import type { ShopEvent } from '../events/event.js';
import { longestSubjectId } from '../events/subject.js';

/**
 * The shop's id of an order, as far as an index has room for it. A purchase without one is still a purchase; what comes after it cannot be
 * told apart without one: null.
 */
export function orderIdOf(event: Pick<ShopEvent, 'messageId'>, orderId: string | null, isPurchase: boolean): string | null {
  if (orderId !== null && orderId.length <= longestSubjectId) return orderId;
  return isPurchase ? `event:${event.messageId}` : null;
}
