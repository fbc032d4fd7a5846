import type { Instant } from '../time/instant.js';
import { type PurchaseTime, type ReminderWindow, windowAfter } from './replenishment.js';

/** A product that lasts, as somebody bought it: each time with how many pieces. */
export interface LastingPurchase {
  readonly productId: string;
  readonly family: string;
  readonly tags: readonly string[];
  readonly collections: readonly string[];
  readonly consumptionDays: number;
  readonly times: readonly PurchaseTime[];
}

/** When what somebody bought of a family is due again. */
export interface DueAgain extends ReminderWindow {
  /** Those of the family that they bought last. */
  readonly products: readonly LastingPurchase[];
}

/** Family by family, since who has a large one needs no small one. Purchases after `at` do not count. */
export function dueAgain(purchases: readonly LastingPurchase[], at: Instant): readonly DueAgain[] {
  const families = new Map<string, LastingPurchase[]>();
  for (const purchase of purchases) {
    const times = purchase.times.filter((one) => one.at <= at);
    if (times.length > 0) families.set(purchase.family, [...(families.get(purchase.family) ?? []), { ...purchase, times }]);
  }
  return [...families.values()].flatMap(ofFamily);
}

function ofFamily(purchases: readonly LastingPurchase[]): readonly DueAgain[] {
  const times = purchases.flatMap((one) => one.times);
  const lastAt = times.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  const products = purchases.filter((one) => one.times.some(({ at }) => at === lastAt));
  const window = windowAfter(times, { medianDays: products[0]?.consumptionDays ?? 1 });
  return window === null ? [] : [{ products, ...window }];
}
