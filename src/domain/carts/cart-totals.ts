import type { CartLine } from './cart.js';

/** What lines come to in one currency; null: in one that nobody said. */
export interface CurrencyTotal {
  readonly currency: string | null;
  readonly value: number;
}

type Priced = Pick<CartLine, 'quantity' | 'price' | 'currency'>;

/**
 * What lines come to, by currency: amounts of two are never added. A line that says no currency has the one that the others have, where
 * they have one. Lines without a price count in none.
 */
export function totalsByCurrency(lines: readonly Priced[]): readonly CurrencyTotal[] {
  const usual = onlyCurrency(lines);
  const sums = new Map<string | null, number>();
  for (const { currency, price, quantity } of lines) {
    if (price === 0) continue;
    const of = currency ?? usual;
    sums.set(of, (sums.get(of) ?? 0) + quantity * price);
  }
  return [...sums].map(([currency, sum]) => ({ currency, value: Math.round(sum * 1e4) / 1e4 }));
}

/** The currency that all lines with a price have, and where none has a price all lines; null: none is said, or several are. */
export function onlyCurrency(lines: readonly Priced[]): string | null {
  const said = (some: readonly Priced[]) => new Set(some.flatMap(({ currency }) => currency ?? []));
  const priced = said(lines.filter(({ price }) => price !== 0));
  const [only = null, ...others] = priced.size > 0 ? priced : said(lines);
  return others.length > 0 ? null : only;
}
