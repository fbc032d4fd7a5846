import { valueOf } from '../carts/register.js';
import type { Instant } from '../time/instant.js';
import { currencyDecimals } from '../values/currency.js';
import type { OrderFold, ReturnFold } from './order-fold.js';
import type { LineCount, OrderLine, Refund } from './order-told.js';
import type { ShipmentFold } from './shipment-fold.js';

/** An order as its fold tells it. */
export interface OrderView {
  /** Cancelled before refunded before paid: what has ended stays ended. `refunded`: nothing of its amount is left. */
  readonly status: 'created' | 'paid' | 'cancelled' | 'refunded';
  readonly orderedAt: Instant | null;
  readonly paidAt: Instant | null;
  readonly cancelledAt: Instant | null;
  /** What it was paid with: refunds do not change it. Null: nobody said. */
  readonly total: number | null;
  readonly refunded: number;
  /** `total` less refunds, and nothing once it is cancelled; never below nothing. Null: the total is not known. */
  readonly net: number | null;
  readonly currency: string | null;
  readonly tax: number | null;
  readonly shipping: number | null;
  readonly discount: number | null;
  readonly codes: readonly string[];
  /** What was bought, by the last event. */
  readonly lines: readonly OrderLine[];
  /** What the person still has of it: without what was refunded or sent back by line. */
  readonly keptLines: readonly OrderLine[];
  readonly delivery: Delivery;
  readonly shipments: readonly ShipmentView[];
  readonly refunds: readonly Refund[];
  readonly returns: readonly ReturnView[];
  readonly hasOpenReturn: boolean;
  /** A shop tries its checkout. */
  readonly isTest: boolean;
  /**
   * Counts as a purchase: paid, no test, neither cancelled nor refunded in full, worth more than nothing. An amount that nobody said is not
   * nothing.
   */
  readonly qualifies: boolean;
}

export interface Delivery {
  readonly shipments: number;
  readonly shippedAt: Instant | null;
  /** The latest promise of all shipments. */
  readonly promisedAt: Instant | null;
  /** When the last shipment arrived; null while one is under way, or where none is known. */
  readonly deliveredAt: Instant | null;
  /** A shipment has an exception that no delivery came after. */
  readonly hasException: boolean;
  readonly trackingUrl: string | null;
}

export interface ShipmentView {
  readonly shipmentId: string;
  readonly shippedAt: Instant | null;
  readonly promisedAt: Instant | null;
  readonly exceptionAt: Instant | null;
  readonly deliveredAt: Instant | null;
  readonly trackingUrl: string | null;
}

export interface ReturnView {
  readonly returnId: string;
  readonly openedAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly lines: readonly LineCount[];
}

export function viewOrder(fold: OrderFold): OrderView {
  const lines = valueOf(fold.lines) ?? [];
  const total = valueOf(fold.total) ?? valueOf(fold.totalElsewhere);
  const currency = valueOf(fold.currency);
  const refunds = Object.values(fold.refunds).map(([, , , refund]) => refund);
  const all = refunds.some(isWhole) ? total : null;
  const refunded = rounded(all ?? refunds.reduce((sum, refund) => sum + costOf(refund, lines), 0), currency);
  const isRefunded = refunds.some(isWhole) || (total !== null && total > 0 && refunded >= total);
  const net = total === null ? null : fold.cancelled !== null ? 0 : rounded(Math.max(0, total - refunded), currency);
  const status = fold.cancelled !== null ? 'cancelled' : isRefunded ? 'refunded' : fold.paid !== null ? 'paid' : 'created';
  const isTest = valueOf(fold.isTest) ?? false;
  return {
    status,
    orderedAt: fold.first?.[0] ?? null,
    paidAt: fold.paid?.[0] ?? null,
    cancelledAt: fold.cancelled?.[0] ?? null,
    total,
    refunded,
    net,
    currency,
    tax: valueOf(fold.tax),
    shipping: valueOf(fold.shipping),
    discount: valueOf(fold.discount),
    codes: fold.codes,
    lines,
    keptLines: fold.cancelled !== null || refunds.some(isWhole) ? [] : kept(lines, goneOf(fold, refunds)),
    delivery: deliveryOf(Object.values(fold.shipments)),
    shipments: Object.entries(fold.shipments).map(([shipmentId, one]) => shipmentOf(shipmentId, one)),
    refunds,
    returns: Object.entries(fold.returns).map(([returnId, one]) => returnOf(returnId, one)),
    isTest,
    qualifies: status === 'paid' && !isTest && net !== 0,
    hasOpenReturn: Object.values(fold.returns).some(({ opened, closed }) => opened !== null && closed === null),
  };
}

/** A refund that names neither an amount nor lines is one of everything. */
function isWhole({ amount, lines }: Refund): boolean {
  return amount === null && lines.length === 0;
}

function costOf({ amount, lines }: Refund, bought: readonly OrderLine[]): number {
  if (amount !== null) return Math.max(0, amount);
  return lines.reduce((sum, line) => {
    const of = bought.find((one) => isSame(one, line));
    if (of === undefined || of.price === null || of.quantity === 0) return sum;
    return sum + (of.price - (of.discount ?? 0) / of.quantity) * Math.min(line.quantity, of.quantity);
  }, 0);
}

/** By line the larger of what was refunded and what was sent back: a return that is refunded is one. */
function goneOf(fold: OrderFold, refunds: readonly Refund[]): readonly LineCount[] {
  const sentBack = Object.values(fold.returns).flatMap(({ lines }) => valueOf(lines)?.lines ?? []);
  const paidBack = refunds.flatMap(({ lines }) => lines);
  const count = (of: readonly LineCount[], line: LineCount) =>
    of.filter((one) => isSame(one, line)).reduce((sum, { quantity }) => sum + quantity, 0);
  return [...sentBack, ...paidBack].map((line) => ({ ...line, quantity: Math.max(count(sentBack, line), count(paidBack, line)) }));
}

function kept(lines: readonly OrderLine[], gone: readonly LineCount[]): readonly OrderLine[] {
  return lines.flatMap((line) => {
    const less = gone.find((one) => isSame(one, line))?.quantity ?? 0;
    return line.quantity > less ? [{ ...line, quantity: line.quantity - less }] : [];
  });
}

function isSame(a: LineCount, b: LineCount): boolean {
  return a.productId === b.productId && a.variant === b.variant;
}

function deliveryOf(shipments: readonly ShipmentFold[]): Delivery {
  const arrived = shipments.flatMap(({ delivered }) => delivered?.[0] ?? []);
  const promised = shipments.flatMap(({ promisedAt }) => valueOf(promisedAt) ?? []);
  const shipped = shipments.flatMap((one) => one.shipped?.[0] ?? one.delivered?.[0] ?? []);
  const urls = shipments.flatMap(({ trackingUrl }) => (trackingUrl === null ? [] : [trackingUrl])).sort((a, b) => b[0] - a[0]);
  return {
    shipments: shipments.length,
    shippedAt: shipped.length === 0 ? null : Math.min(...shipped),
    promisedAt: promised.length === 0 ? null : Math.max(...promised),
    deliveredAt: shipments.length > 0 && arrived.length === shipments.length ? Math.max(...arrived) : null,
    hasException: shipments.some(({ exception, delivered }) => exception !== null && (delivered === null || delivered[0] < exception[0])),
    trackingUrl: valueOf(urls[0] ?? null),
  };
}

function shipmentOf(shipmentId: string, { shipped, exception, delivered, promisedAt, trackingUrl }: ShipmentFold): ShipmentView {
  return {
    shipmentId,
    shippedAt: shipped?.[0] ?? null,
    promisedAt: valueOf(promisedAt),
    exceptionAt: exception?.[0] ?? null,
    deliveredAt: delivered?.[0] ?? null,
    trackingUrl: valueOf(trackingUrl),
  };
}

function returnOf(returnId: string, { opened, closed, lines }: ReturnFold): ReturnView {
  return { returnId, openedAt: opened?.[0] ?? null, closedAt: closed?.[0] ?? null, lines: valueOf(lines)?.lines ?? [] };
}

export function rounded(amount: number, currency: string | null): number {
  const unit = 10 ** (currency === null ? 2 : currencyDecimals(currency));
  return Math.round(amount * unit) / unit;
}
