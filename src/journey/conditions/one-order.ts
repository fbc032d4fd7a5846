import { type KnownOrder, orderFactNames } from '../../domain/orders/known-order.js';
import type { Instant } from '../../domain/time/instant.js';
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

/** A condition about one order. */
export interface OneOrder<Kind extends string> {
  readonly kind: Kind;
  readonly test: OrderField;
}

/** Which order a condition is about. */
interface WhichOrder<Kind extends string> extends Pick<ConditionKind<OneOrder<Kind>, OrderFieldSource>, 'about'> {
  readonly kind: Kind;
  readonly notMet: string;
  /** `the order`. */
  readonly words: string;
  /** Null: there is none, and everything about it is unknown. */
  find(facts: ConditionFacts): KnownOrder | null;
  /** When it may be another order although nothing happens. */
  changesAt(facts: ConditionFacts): readonly Instant[];
}

/** The kind of condition that asks one thing about this order. */
export function oneOrder<Kind extends string>(which: WhichOrder<Kind>): ConditionKind<OneOrder<Kind>, OrderFieldSource> {
  return {
    ...plain,
    yaml: () => orderFieldYaml,
    compile: (source) => ({ kind: which.kind, test: toOrderField(source) }),
    notMet: () => which.notMet,
    about: which.about,
    needs: ({ test }) => [{ of: 'orders', lines: asksLines(test) }],
    evaluate: ({ test }, facts) => judgeOrder(test, which.find(facts), facts.known.orders?.own ?? [], facts.at),
    changedBy: () => orderFactNames,
    changesAt: ({ test }, facts) => earliestAfter(facts.at, [...which.changesAt(facts), ...orderFieldEdges(test, which.find(facts))]),
    describe: ({ test }, holds) => `${which.words} ${describeOrderField(test, holds)}`,
  };
}
