import type { KeptCart } from '../carts/cart-book.js';
import type { CartView } from '../carts/cart-view.js';
import type { ConsentRecord } from '../consent/consent.js';
import type { OrderView } from '../orders/order-view.js';
import type { ProfileId } from '../values/ids.js';
import type { ShopEvent } from './event.js';

/** An order that an event tells of, once it has been projected. */
export interface TouchedOrder {
  readonly orderId: string;
  /** Whose it is. */
  readonly owner: ProfileId;
  readonly after: OrderView;
}

/** A ticket, feedback or a review that an event tells of, once it has been projected. */
export interface TouchedRecord {
  /** Whose it is. */
  readonly owner: ProfileId;
}

/** All that an event brought about, once it has been projected. */
export interface Happening {
  readonly event: ShopEvent;
  /** Canonical, after any merge that the event caused. */
  readonly profileId: ProfileId;
  /** The cart concerned, before and after; null: none, or the event belongs to a cart that is already ordered. */
  readonly cart: { readonly cart: KeptCart; readonly before: CartView; readonly after: CartView } | null;
  /** The order concerned; null: none that can be named. */
  readonly order: TouchedOrder | null;
  /** The ticket, feedback or review concerned; null: none. */
  readonly record: TouchedRecord | null;
  /** Names of the traits that changed; empty where an older event came late. */
  readonly changedTraits: readonly string[];
  /** Acts of consent, as they count. */
  readonly consents: readonly ConsentRecord[];
}
