import { type KnownOrder, orderFactNames, purchasesBy } from '../../domain/orders/known-order.js';
import type { ConditionFacts } from './condition.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';
import {
  asksLines,
  describeOrderField,
  judgeOrder,
  type OrderField,
  type OrderFieldSource,
  orderFieldEdges,
  orderFieldYaml,
  toOrderField,
} from './order-field.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly last_order: LastOrder;
  }
}

interface LastOrder {
  readonly kind: 'last_order';
  readonly test: OrderField;
}

/** The person's newest purchase that counts. Unknown where there is none. */
export const lastOrder: ConditionKind<LastOrder, OrderFieldSource> = {
  ...plain,
  yaml: () => orderFieldYaml,
  compile: (source) => ({ kind: 'last_order', test: toOrderField(source) }),
  notMet: () => 'last-order-not-met',
  about: 'person',
  needs: ({ test }) => [{ of: 'orders', lines: asksLines(test) }],
  evaluate: ({ test }, facts) => judgeOrder(test, newest(facts), facts.known.orders?.own ?? [], facts.at),
  changedBy: () => orderFactNames,
  changesAt({ test }, facts) {
    // A purchase whose time has not come yet becomes the newest.
    const ahead = (facts.known.orders?.own ?? []).map(({ paidAt, orderedAt }) => paidAt ?? orderedAt);
    return earliestAfter(facts.at, [...ahead, ...orderFieldEdges(test, newest(facts))]);
  },
  describe: ({ test }, holds) => `the person's last order ${describeOrderField(test, holds)}`,
};

function newest({ at, known: { orders } }: ConditionFacts): KnownOrder | null {
  return purchasesBy(orders?.own ?? [], at)[0] ?? null;
}
