import { type FactName, factNames } from '../events/fact.js';
import type { Instant } from '../time/instant.js';
import type { OrderView } from './order-view.js';

/** An order as conditions and templates know it. */
export interface KnownOrder extends Pick<OrderView, 'status' | 'qualifies' | 'total' | 'net' | 'currency' | 'codes' | 'hasOpenReturn'> {
  readonly orderId: string;
  readonly orderedAt: Instant;
  readonly paidAt: Instant | null;
  readonly margin: number | null;
  readonly shippedAt: Instant | null;
  readonly promisedAt: Instant | null;
  /** When the last shipment arrived; null: not yet. */
  readonly deliveredAt: Instant | null;
  readonly hasException: boolean;
  /** What the person still has of it; empty also where nobody asked. */
  readonly lines: readonly KnownLine[];
}

export interface KnownLine {
  readonly productId: string;
  readonly quantity: number;
  /** As the catalogue has them now. */
  readonly tags: readonly string[];
  readonly collections: readonly string[];
}

/** The orders of a person, and the one that an entry is about. */
export interface KnownOrders {
  readonly own: readonly KnownOrder[];
  /** Null: the entry is about none, or nothing is known of it. */
  readonly about: KnownOrder | null;
}

/** The facts after which a condition about orders may be judged otherwise. */
export const orderFactNames: readonly FactName[] = factNames.filter((name) => /^(order|shipment|return)\./.test(name));

/** Purchases by this instant that count, the newest first. */
export function purchasesBy(own: readonly KnownOrder[], at: Instant): readonly KnownOrder[] {
  return own.filter((order) => order.qualifies && paidAtOf(order) <= at).sort(byNewest);
}

/** Was there no purchase of the person before it that counts? Null: it is not paid. What was refunded before does not count. */
export function isFirstPurchase(order: KnownOrder, own: readonly KnownOrder[]): boolean | null {
  if (order.paidAt === null) return null;
  return !own.some((other) => other.orderId !== order.orderId && other.qualifies && byNewest(other, order) > 0);
}

/** When it counts from. */
export function paidAtOf({ paidAt, orderedAt }: KnownOrder): Instant {
  return paidAt ?? orderedAt;
}

function byNewest(a: KnownOrder, b: KnownOrder): number {
  return paidAtOf(b) - paidAtOf(a) || (a.orderId < b.orderId ? 1 : -1);
}
