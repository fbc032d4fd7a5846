import type { Instant } from '../time/instant.js';
import { gapsOf, type LastingPrior, lastingOf, reminderWindow } from './replenishment.js';

/** A product that lasts, as somebody bought it: each time with how many pieces. */
export interface LastingPurchase {
  readonly productId: string;
  readonly family: string;
  readonly tags: readonly string[];
  readonly collections: readonly string[];
  readonly consumptionDays: number;
  readonly times: readonly { readonly at: Instant; readonly quantity: number }[];
}

/** When what somebody bought of a family is due again: reminded at `first`, once more at `again`, and no more from `until` on. */
export interface DueAgain {
  /** Those of the family that they bought last. */
  readonly products: readonly LastingPurchase[];
  readonly first: Instant;
  readonly again: Instant;
  readonly until: Instant;
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
  const times = purchases.flatMap((one) => one.times).toSorted((a, b) => a.at - b.at);
  const last = times.at(-1);
  if (last === undefined) return [];
  const products = purchases.filter((one) => one.times.some(({ at }) => at === last.at));
  const prior: LastingPrior = { medianDays: products[0]?.consumptionDays ?? 1 };
  return [{ products, ...reminderWindow(last.at, lastingOf(gapsOf(times), prior, Math.max(1, last.quantity))) }];
}
