import type { Instant } from '../time/instant.js';
import { type KnownOrder, paidAtOf, purchasesBy } from './known-order.js';

/**
 * How recently, how often and for how much buyers bought: for each the four values that part all buyers into fifths. A value on a boundary
 * belongs to the lower fifth.
 */
export interface RfmBounds {
  readonly version: number;
  readonly madeAt: Instant;
  /** How many buyers there were. */
  readonly people: number;
  /** Of the amounts; null: orders name none. Orders in other currencies are not counted in amounts. */
  readonly currency: string | null;
  /** Instants of the newest purchase, ascending. */
  readonly recency: readonly number[];
  readonly frequency: readonly number[];
  readonly monetary: readonly number[];
}

export const rfmMeasures = ['recency', 'frequency', 'monetary'] as const;
export type RfmMeasure = (typeof rfmMeasures)[number];

/** 1 to 5 each; null: the person has bought nothing that counts. */
export function rfmScores(own: readonly KnownOrder[], bounds: RfmBounds, at: Instant): Readonly<Record<RfmMeasure, number>> | null {
  const purchases = purchasesBy(own, at);
  const [newest] = purchases;
  if (newest === undefined) return null;
  const spent = purchases.reduce((sum, { net, currency }) => (currency === bounds.currency ? sum + (net ?? 0) : sum), 0);
  return {
    recency: fifthOf(paidAtOf(newest), bounds.recency),
    frequency: fifthOf(purchases.length, bounds.frequency),
    monetary: fifthOf(Math.round(spent * 1e4) / 1e4, bounds.monetary),
  };
}

function fifthOf(value: number, bounds: readonly number[]): number {
  return 1 + bounds.filter((bound) => value > bound).length;
}
