import type { OrderLine } from './order-told.js';
import { type OrderView, rounded } from './order-view.js';

/** A line of an order with what it came to in the end. */
export interface NetLine extends OrderLine {
  /** What the person still has of it, without refunds and returns. */
  readonly kept: number;
  /** What was paid for that, less all discounts and refunds; null: its price is not known. */
  readonly net: number | null;
}

/**
 * The lines with their nets. A discount of the whole order, and refunds that name no lines, are shared out by what the lines come to. What
 * is left never goes below nothing.
 */
export function netLines(order: OrderView): readonly NetLine[] {
  const { lines, keptLines, currency } = order;
  const ofLines = lines.reduce((sum, { discount }) => sum + (discount ?? 0), 0);
  const boughtFor = lines.reduce((sum, line) => sum + (worth(line, line.quantity) ?? 0), 0);
  const keptFor = keptLines.reduce((sum, line) => sum + (worthOfKept(line, lines) ?? 0), 0);
  const share = boughtFor === 0 ? 0 : Math.max(0, (order.discount ?? 0) - ofLines) / boughtFor;
  const back = order.refunds.reduce((sum, { amount, lines: named }) => sum + (named.length === 0 ? (amount ?? 0) : 0), 0);
  const shareBack = keptFor === 0 ? 0 : Math.min(1, back / keptFor);
  return lines.map((line) => {
    const left = keptLines.find((one) => isSame(one, line));
    const gross = left === undefined ? 0 : worthOfKept(left, lines);
    const net = gross === null ? null : rounded(Math.max(0, gross * (1 - share - shareBack)), currency);
    return { ...line, kept: left?.quantity ?? 0, net };
  });
}

/** What the shop earns with it: nets less what the goods cost; null where a cost or a price of what was kept is not known. */
export function marginOf(order: OrderView): number | null {
  const lines = netLines(order).filter(({ kept }) => kept > 0);
  if (lines.length === 0) return order.lines.length === 0 ? null : 0;
  let margin = 0;
  for (const { net, cost, kept } of lines) {
    if (net === null || cost === undefined || cost === null) return null;
    margin += net - cost * kept;
  }
  return rounded(margin, order.currency);
}

/** Of so many of a line, with their part of its discount. */
function worth({ price, discount, quantity }: OrderLine, count: number): number | null {
  return price === null || quantity === 0 ? null : (price - (discount ?? 0) / quantity) * count;
}

/** Its discount is of all that was bought. */
function worthOfKept(left: OrderLine, bought: readonly OrderLine[]): number | null {
  const line = bought.find((one) => isSame(one, left));
  return line === undefined ? null : worth(line, left.quantity);
}

function isSame(a: OrderLine, b: OrderLine): boolean {
  return a.productId === b.productId && a.variant === b.variant;
}
