import { z } from 'zod';
import { type KnownOrder, orderFactNames, paidAtOf, purchasesBy } from '../../domain/orders/known-order.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type Amounts, type AmountTest, amountYaml, compareAmounts, describeAmount, toAmountTest } from './amounts.js';
import { compare, comparisonShape, oneComparison } from './comparison.js';
import type { ConditionFacts } from './condition.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';
import {
  asksLines,
  describeOrderField,
  judgeOrder,
  type OrderField,
  orderFieldEdges,
  orderFieldYaml,
  toOrderField,
} from './order-field.js';
import { isInWindow, toWindowMs, windowEdges, windowShape, windowWords } from './window.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly orders: OrdersCondition;
  }
}

interface OrdersCondition extends AmountTest {
  readonly kind: 'orders';
  readonly measure: Measure;
  /** Milliseconds back from the instant of evaluation; null: ever. */
  readonly windowMs: number | null;
  /** Only orders of which all of these hold are counted. */
  readonly having: readonly OrderField[];
}

const measures = ['count', 'net', 'margin'] as const;
type Measure = (typeof measures)[number];

const yaml = z
  .strictObject({
    count: z.strictObject(comparisonShape).superRefine(oneComparison).optional().meta({ description: 'How many they are.' }),
    net: amountYaml.optional().meta({ description: 'What they come to together, less refunds.' }),
    margin: amountYaml.optional().meta({ description: 'What the shop earns with them, where costs are known.' }),
    ...windowShape,
    having: z
      .union([orderFieldYaml, z.array(orderFieldYaml).min(1)])
      .optional()
      .meta({ description: 'Only orders of which this holds, or each of these.' }),
  })
  .superRefine(oneOf(measures, 'one of count, net and margin', bothConditions));

/** The purchases of the person that count, within a half-open window that ends now: after `at − window`, up to and with `at`. */
export const orders: ConditionKind<OrdersCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile(source) {
    const measure = measures.find((name) => source[name] !== undefined) ?? 'count';
    const having = source.having === undefined ? [] : Array.isArray(source.having) ? source.having : [source.having];
    return {
      kind: 'orders',
      measure,
      ...toAmountTest(source[measure] ?? {}),
      windowMs: toWindowMs(source),
      having: having.map(toOrderField),
    };
  },
  notMet: () => 'orders-not-met',
  about: 'person',
  needs: ({ having }) => [{ of: 'orders', lines: having.some(asksLines) }],
  evaluate(condition, facts) {
    const { measure, comparison, currency } = condition;
    const counted = countedOrders(condition, facts);
    return measure === 'count'
      ? compare(comparison, counted.length)
      : compareAmounts(comparison, sumsOf(counted, measure), currency ?? null);
  },
  changedBy: () => orderFactNames,
  changesAt({ windowMs, having }, { at, known }) {
    const own = known.orders?.own ?? [];
    return earliestAfter(
      at,
      own.flatMap((order) => [...windowEdges(paidAtOf(order), windowMs), ...having.flatMap((test) => orderFieldEdges(test, order))]),
    );
  },
  describe({ measure, windowMs, having, ...amount }, holds) {
    const what = measure === 'count' ? 'the number of orders' : `the ${measure} of orders`;
    const which = having.length === 0 ? '' : ` of which each ${having.map((test) => describeOrderField(test, true)).join(' and ')}`;
    return `${what}${which}${windowWords(windowMs)} ${describeAmount(amount, holds)}`;
  },
};

function countedOrders(
  { windowMs, having }: Pick<OrdersCondition, 'windowMs' | 'having'>,
  { at, known }: ConditionFacts,
): readonly KnownOrder[] {
  const own = known.orders?.own ?? [];
  return purchasesWithin(own, at, windowMs).filter((order) => having.every((test) => judgeOrder(test, order, own, at) === 'true'));
}

/** Purchases that count, by when they were paid. */
export function purchasesWithin(own: readonly KnownOrder[], at: number, windowMs: number | null): readonly KnownOrder[] {
  return purchasesBy(own, at).filter((order) => isInWindow(paidAtOf(order), windowMs, at));
}

/** Orders without the amount add nothing to the sum. */
function sumsOf(counted: readonly KnownOrder[], measure: 'net' | 'margin'): Amounts {
  const sums = new Map<string | null, number>();
  for (const order of counted)
    if (order[measure] !== null) sums.set(order.currency, (sums.get(order.currency) ?? 0) + (order[measure] ?? 0));
  const totals = [...sums].map(([currency, sum]) => ({ currency, value: Math.round(sum * 1e4) / 1e4 }));
  return { totals, whole: totals[0]?.value ?? 0, elsewhere: 0 };
}
