import { type OneOrder, oneOrder } from './one-order.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly order: OneOrder<'order'>;
  }
}

/** The order that the entry is about, as it is now. Unknown where it is about none. */
export const order = oneOrder({
  kind: 'order',
  about: 'entry',
  notMet: 'order-not-met',
  words: 'the order',
  find: ({ known: { orders } }) => orders?.about ?? null,
  changesAt: () => [],
});
