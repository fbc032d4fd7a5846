import type { TouchedOrder } from '../domain/events/happening.js';
import { applyToOrder, type KeptOrder, type OrderDeed } from '../domain/orders/kept-order.js';
import { viewOrder } from '../domain/orders/order-view.js';
import type { CartId } from '../domain/values/ids.js';

/** The orders that the events of one transaction name, as those events change them. */
export class ProjectedOrders {
  readonly #before: ReadonlyMap<string, KeptOrder>;
  readonly #orders: Map<string, KeptOrder>;

  constructor(stored: readonly KeptOrder[]) {
    this.#before = new Map(stored.map((order) => [order.orderId, order]));
    this.#orders = new Map(this.#before);
  }

  apply(deed: OrderDeed): TouchedOrder {
    const order = applyToOrder(this.#orders.get(deed.orderId) ?? null, deed);
    this.#orders.set(deed.orderId, order);
    return { orderId: order.orderId, owner: order.profileId, after: viewOrder(order.fold) };
  }

  /** A cart has become part of another. */
  followCart(from: CartId, into: CartId): void {
    for (const order of this.#orders.values()) if (order.cartId === from) this.#orders.set(order.orderId, { ...order, cartId: into });
  }

  /** Those that changed, by id. */
  toWrite(): readonly KeptOrder[] {
    const changed = [...this.#orders.values()].filter((order) => this.#before.get(order.orderId) !== order);
    return changed.sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  }
}
