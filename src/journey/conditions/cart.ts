import { z } from 'zod';
import type { Cart } from '../../domain/carts/cart.js';
import { totalsByCurrency } from '../../domain/carts/cart-totals.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type Amounts, type AmountTest, amountYaml, compareAmounts, describeAmount, toAmountTest } from './amounts.js';
import { compare, comparisonShape, oneComparison } from './comparison.js';
import { type ConditionKind, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly cart: CartCondition;
  }
}

interface CartCondition extends AmountTest {
  readonly kind: 'cart';
  readonly field: CartField;
}

const cartFields = ['value', 'lines', 'currency', 'state'] as const;
type CartField = (typeof cartFields)[number];

const comparison = z.strictObject(comparisonShape).superRefine(oneComparison);
const yaml = z
  .strictObject({
    value: amountYaml.optional(),
    lines: comparison.optional(),
    currency: comparison.optional(),
    state: comparison.optional(),
  })
  .superRefine(oneOf(cartFields, 'one field of the cart', bothConditions));

/** The cart of the entry as it is now. Without a cart all of it is unknown. */
export const cart: ConditionKind<CartCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile(source) {
    const field = cartFields.find((name) => source[name] !== undefined) ?? 'value';
    return { kind: 'cart', field, ...toAmountTest(source[field] ?? {}) };
  },
  notMet: () => 'cart-not-met',
  about: 'entry',
  evaluate: ({ comparison, field, currency }, facts) => {
    if (facts.cart === null) return compare(comparison, null);
    return field === 'value'
      ? compareAmounts(comparison, amountsOf(facts.cart), currency ?? null)
      : compare(comparison, read(facts.cart, field));
  },
  describe: (condition, holds) => `${names[condition.field]} ${describeAmount(condition, holds)}`,
};

const names: Readonly<Record<CartField, string>> = {
  value: "the cart's value",
  lines: "the number of the cart's lines",
  currency: "the cart's currency",
  state: "the cart's state",
};

function read(source: Cart, field: 'lines' | 'currency' | 'state'): string | number | null {
  return field === 'lines' ? source.lines.length : source[field];
}

function amountsOf({ lines, value }: Cart): Amounts {
  return { totals: totalsByCurrency(lines), whole: value, elsewhere: lines.length === 0 ? 0 : null };
}
