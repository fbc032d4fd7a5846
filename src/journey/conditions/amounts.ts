import { z } from 'zod';
import type { CurrencyTotal } from '../../domain/carts/cart-totals.js';
import {
  type Comparison,
  type ComparisonSource,
  compare,
  comparisonShape,
  describeComparison,
  oneComparison,
  toComparison,
} from './comparison.js';
import type { Truth } from './condition.js';

/** What an amount is compared with. */
export interface AmountTest {
  readonly comparison: Comparison;
  /** Of the amount. Absent: of whichever currency. */
  readonly currency?: string;
}

/** ISO 4217. */
export const currencyText = z
  .string()
  .regex(/^[A-Z]{3}$/, 'Must be a currency of three letters')
  .meta({ examples: ['GBP'] });

export const amountYaml = z.strictObject({ ...comparisonShape, currency: currencyText.optional() }).superRefine(oneComparison);

type AmountSource = ComparisonSource & { readonly currency?: string | undefined };

export function toAmountTest(source: AmountSource): AmountTest {
  const { currency } = source;
  return { comparison: toComparison(source), ...(currency === undefined ? {} : { currency }) };
}

/** `is at least 20 GBP`. */
export function describeAmount({ comparison, currency }: AmountTest, holds: boolean): string {
  return `${describeComparison(comparison, holds)}${currency === undefined ? '' : ` ${currency}`}`;
}

/** Amounts by their currency. */
export interface Amounts {
  readonly totals: readonly CurrencyTotal[];
  /** All of it, where there are not several currencies. */
  readonly whole: number | null;
  /** What there is in a currency that none of the totals has; null: not known. */
  readonly elsewhere: number | null;
}

/**
 * Amounts of two currencies are never added. In a named one its own total counts. Otherwise each total is part of the whole, so one that
 * reaches a minimum is enough, and one above a maximum is too much; other cases are unknown.
 */
export function compareAmounts(comparison: Comparison, { totals, whole, elsewhere }: Amounts, currency: string | null): Truth {
  if (currency !== null) return compare(comparison, totals.find((one) => one.currency === currency)?.value ?? elsewhere);
  if (totals.length < 2) return compare(comparison, whole);
  const truths = totals.map((total) => compare(comparison, total.value));
  switch (comparison.op) {
    case 'at_least':
    case 'more_than':
      return truths.includes('true') ? 'true' : 'unknown';
    case 'at_most':
    case 'less_than':
      return truths.includes('false') ? 'false' : 'unknown';
    case 'exists':
      return compare(comparison, totals);
    case 'is':
    case 'is_not':
    case 'in':
    case 'not_in':
    case 'contains':
      return 'unknown';
  }
}
