import type { Cart } from '../cart.js';
import { compare, describeComparison } from './comparison.js';
import type { ConditionKind, ConditionOf } from './kind.js';

/** The cart of the entry as it is now. Without a cart all of it is unknown. */
export const cart: ConditionKind<ConditionOf<'cart'>> = {
  evaluate: (condition, facts) => compare(condition.comparison, facts.cart === null ? null : read(facts.cart, condition.field)),
  describe: (condition, holds) => `${names[condition.field]} ${describeComparison(condition.comparison, holds)}`,
};

const names: Readonly<Record<ConditionOf<'cart'>['field'], string>> = {
  value: "the cart's value",
  lines: "the number of the cart's lines",
  currency: "the cart's currency",
  state: "the cart's state",
};

function read(source: Cart, field: ConditionOf<'cart'>['field']): string | number | null {
  return field === 'lines' ? source.lines.length : source[field];
}
