import { paidAtOf, purchasesBy } from '../../domain/orders/known-order.js';
import { type OneOrder, oneOrder } from './one-order.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly last_order: OneOrder<'last_order'>;
  }
}

/** The person's newest purchase that counts. Unknown where there is none. */
export const lastOrder = oneOrder({
  kind: 'last_order',
  about: 'person',
  notMet: 'last-order-not-met',
  words: "the person's last order",
  find: ({ at, known: { orders } }) => purchasesBy(orders?.own ?? [], at)[0] ?? null,
  // A purchase whose time has not come yet becomes the newest.
  changesAt: ({ known: { orders } }) => (orders?.own ?? []).map(paidAtOf),
});
