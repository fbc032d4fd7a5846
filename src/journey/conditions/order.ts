import { orderFactNames } from '../../domain/orders/known-order.js';
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
    readonly order: OrderCondition;
  }
}

interface OrderCondition {
  readonly kind: 'order';
  readonly test: OrderField;
}

/** The order that the entry is about, as it is now. Unknown where it is about none. */
export const order: ConditionKind<OrderCondition, OrderFieldSource> = {
  ...plain,
  yaml: () => orderFieldYaml,
  compile: (source) => ({ kind: 'order', test: toOrderField(source) }),
  notMet: () => 'order-not-met',
  about: 'entry',
  needs: ({ test }) => [{ of: 'orders', lines: asksLines(test) }],
  evaluate: ({ test }, { at, known: { orders } }) => judgeOrder(test, orders?.about ?? null, orders?.own ?? [], at),
  changedBy: () => orderFactNames,
  changesAt: ({ test }, { at, known: { orders } }) => earliestAfter(at, orderFieldEdges(test, orders?.about ?? null)),
  describe: ({ test }, holds) => `the order ${describeOrderField(test, holds)}`,
};
