import { z } from 'zod';
import { orderFactNames, paidAtOf } from '../../domain/orders/known-order.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';
import { judgeList, type ListTest, listOf, toListTest } from './order-field.js';
import { purchasesWithin } from './orders.js';
import { type ChoiceWay, choiceWays, choiceWords, productChoiceShape } from './product-choice.js';
import { toWindowMs, windowEdges, windowShape, windowWords } from './window.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly bought: Bought;
  }
}

interface Bought {
  readonly kind: 'bought';
  readonly by: ChoiceWay;
  readonly of: ListTest;
  /** Milliseconds back from the instant of evaluation; null: ever. */
  readonly windowMs: number | null;
}

const yaml = z
  .strictObject({ ...productChoiceShape, ...windowShape })
  .superRefine(oneOf(choiceWays, 'one of products, tags and collections', bothConditions));

/** What the person bought, over all purchases that count, without what was refunded or sent back. */
export const bought: ConditionKind<Bought, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile(source) {
    const by = choiceWays.find((name) => source[name] !== undefined) ?? 'products';
    return {
      kind: 'bought',
      by,
      of: toListTest(source[by] ?? {}),
      windowMs: toWindowMs(source),
    };
  },
  notMet: () => 'not-bought',
  about: 'person',
  needs: () => [{ of: 'orders', lines: true }],
  evaluate: ({ by, of, windowMs }, { at, known: { orders } }) =>
    judgeList(of, false, listOf(by, purchasesWithin(orders?.own ?? [], at, windowMs))),
  changedBy: () => orderFactNames,
  changesAt: ({ windowMs }, { at, known: { orders } }) =>
    earliestAfter(
      at,
      (orders?.own ?? []).flatMap((order) => windowEdges(paidAtOf(order), windowMs)),
    ),
  describe: ({ by, of, windowMs }, holds) =>
    `the person ${holds ? 'bought' : 'did not buy'} ${choiceWords({ by, of })}${windowWords(windowMs)}`,
};
