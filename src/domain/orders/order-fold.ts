import { compareText, earlierOf, newerOf, newerValue, type Position, type Register } from '../carts/register.js';
import type { Instant } from '../time/instant.js';
import type { OrderLine, OrderSums, OrderTold, Refund } from './order-told.js';
import { emptyShipment, foldShipment, mergeShipments, type Placed, type ShipmentFold } from './shipment-fold.js';

/**
 * All events of one order, folded so that neither the order of arrival nor repetitions make a difference: each field keeps its newest value
 * by the source's own update time; refunds, shipments and returns are kept by their ids; an ended state stays ended. (A state-based CRDT:
 * Shapiro et al. 2011; `mergeOrders` is its join.)
 */
export interface OrderFold {
  /** When the first event of it came, and when it was first paid and first cancelled, as positions. */
  readonly first: Position | null;
  readonly paid: Position | null;
  readonly cancelled: Position | null;
  readonly total: Register<number> | null;
  /** What a cancellation says that the order came to: counts where nothing else does. */
  readonly totalElsewhere: Register<number> | null;
  readonly currency: Register<string> | null;
  readonly tax: Register<number> | null;
  readonly shipping: Register<number> | null;
  readonly discount: Register<number> | null;
  readonly lines: Register<readonly OrderLine[]> | null;
  readonly codes: readonly string[];
  readonly isTest: Register<boolean> | null;
  readonly refunds: Readonly<Record<string, Register<Refund>>>;
  readonly shipments: Readonly<Record<string, ShipmentFold>>;
  readonly returns: Readonly<Record<string, ReturnFold>>;
}

export interface ReturnFold {
  readonly opened: Position | null;
  readonly closed: Position | null;
  readonly lines: Register<OrderTold & { readonly kind: 'return' }> | null;
}

export const emptyOrder: OrderFold = {
  first: null,
  paid: null,
  cancelled: null,
  total: null,
  totalElsewhere: null,
  currency: null,
  tax: null,
  shipping: null,
  discount: null,
  lines: null,
  codes: [],
  isTest: null,
  refunds: {},
  shipments: {},
  returns: {},
};

/** So many refunds, shipments, returns and codes of one order are kept: those whose ids sort first, so that arrival makes no difference. */
const keptAtMost = 100;

/** Where an event stands among others. */
export interface ToldAt {
  /** The version of what it tells: the source's own update time where it says one, else when the event happened. */
  readonly at: Instant;
  /** When it happened: what is paid, cancelled or delivered is so from then on. Absent: as `at`. */
  readonly happenedAt?: Instant;
  readonly eventId: string;
}

export function foldOrder(fold: OrderFold, told: OrderTold, { at, happenedAt = at, eventId }: ToldAt): OrderFold {
  const rank = ranks[told.kind === 'order' ? told.step : told.kind];
  const position: Position = [at, rank, eventId];
  const when: Position = [happenedAt, rank, eventId];
  const known = { ...fold, first: earlierOf(fold.first, when) };
  switch (told.kind) {
    case 'order':
      return {
        ...withSums(known, told.sums, position),
        paid: told.step === 'paid' ? earlierOf(known.paid, when) : known.paid,
        lines: newerValue(known.lines, position, told.lines),
      };
    case 'cancelled':
      return {
        ...known,
        cancelled: earlierOf(known.cancelled, when),
        totalElsewhere: newerValue(known.totalElsewhere, position, told.sums.total),
        currency: newerValue(known.currency, position, told.sums.currency),
      };
    case 'refund':
      return { ...known, refunds: put(known.refunds, told.refund.refundId, [...position, told.refund], (a, b) => newerOf(a, b) ?? b) };
    case 'shipment':
      return {
        ...known,
        shipments: put(known.shipments, told.shipmentId, foldShipment(emptyShipment, told.shipment, { position, when }), mergeShipments),
      };
    case 'return':
      return { ...known, returns: put(known.returns, told.returnId, returned(told, { position, when }), mergeReturns) };
  }
}

/** Of two things told at one instant the one that ends more counts as the newer. */
const ranks = { created: 0, updated: 1, paid: 2, shipment: 3, return: 4, refund: 5, cancelled: 6 } as const;

/** What is known of an order that two folds tell of. */
export function mergeOrders(a: OrderFold, b: OrderFold): OrderFold {
  return {
    first: earlierOf(a.first, b.first),
    paid: earlierOf(a.paid, b.paid),
    cancelled: earlierOf(a.cancelled, b.cancelled),
    total: newerOf(a.total, b.total),
    totalElsewhere: newerOf(a.totalElsewhere, b.totalElsewhere),
    currency: newerOf(a.currency, b.currency),
    tax: newerOf(a.tax, b.tax),
    shipping: newerOf(a.shipping, b.shipping),
    discount: newerOf(a.discount, b.discount),
    lines: newerOf(a.lines, b.lines),
    codes: codesOf([...a.codes, ...b.codes]),
    isTest: newerOf(a.isTest, b.isTest),
    refunds: putAll(a.refunds, b.refunds, (one, other) => newerOf(one, other) ?? other),
    shipments: putAll(a.shipments, b.shipments, mergeShipments),
    returns: putAll(a.returns, b.returns, mergeReturns),
  };
}

function withSums(fold: OrderFold, sums: OrderSums, position: Position): OrderFold {
  return {
    ...fold,
    total: newerValue(fold.total, position, sums.total),
    currency: newerValue(fold.currency, position, sums.currency),
    tax: newerValue(fold.tax, position, sums.tax),
    shipping: newerValue(fold.shipping, position, sums.shipping),
    discount: newerValue(fold.discount, position, sums.discount),
    isTest: newerValue(fold.isTest, position, sums.isTest),
    codes: sums.codes.length === 0 ? fold.codes : codesOf([...fold.codes, ...sums.codes]),
  };
}

function returned(told: OrderTold & { readonly kind: 'return' }, { position, when }: Placed): ReturnFold {
  return {
    opened: told.step === 'opened' ? when : null,
    closed: told.step === 'closed' ? when : null,
    lines: told.lines.length === 0 ? null : [...position, told],
  };
}

function mergeReturns(a: ReturnFold, b: ReturnFold): ReturnFold {
  return { opened: earlierOf(a.opened, b.opened), closed: earlierOf(a.closed, b.closed), lines: newerOf(a.lines, b.lines) };
}

function put<T>(known: Readonly<Record<string, T>>, id: string, value: T, join: (a: T, b: T) => T): Readonly<Record<string, T>> {
  return putAll(known, Object.fromEntries([[id, value]]), join);
}

function putAll<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, join: (a: T, b: T) => T): Readonly<Record<string, T>> {
  const all = new Map(Object.entries(a));
  for (const [id, value] of Object.entries(b)) {
    const known = all.get(id);
    all.set(id, known === undefined ? value : join(known, value));
  }
  return Object.fromEntries([...all].sort(([one], [other]) => compareText(one, other)).slice(0, keptAtMost));
}

function codesOf(codes: readonly string[]): readonly string[] {
  return [...new Set(codes)].sort(compareText).slice(0, keptAtMost);
}
