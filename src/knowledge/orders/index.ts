import type { KnownOrders } from '../../domain/orders/known-order.js';
import type { KnowledgeSource } from '../source.js';
import { type OrdersNeed } from './asked.js';
import { ordersInMemory } from './memory.js';
import { selectOrders } from './store.js';

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly orders: OrdersNeed;
  }
  interface Answers {
    readonly orders: KnownOrders;
  }
}

/**
 * The orders of the person, the newest thousand, and the order that the entry is about, no matter whose it is. What others ordered who
 * share an address is not theirs.
 */
export const ordersKnown: KnowledgeSource<OrdersNeed, OrdersNeed, KnownOrders> = {
  question: (needs) => ({ lines: needs.some(({ lines }) => lines) }),
  fromStore: selectOrders,
  read(json) {
    const { own, about } = (json ?? {}) as { readonly [Part in keyof KnownOrders]?: KnownOrders[Part] | null };
    return { own: own ?? [], about: about ?? null };
  },
  fromMemory: ordersInMemory,
};
