import { day, type Instant } from '../time/instant.js';
import { type LastingPrior, windowAfter } from './replenishment.js';
import type { TagVector } from './tags.js';

/** A product as recommendations see it. */
export interface CatalogueItem {
  readonly itemId: string;
  /** What its variants have in common: who has the small one is not shown the large one. */
  readonly family: string;
  readonly category: string | null;
  readonly tags: TagVector;
  readonly isInStock: boolean;
  /** How long one piece lasts; null: it is bought once. */
  readonly lasting: LastingPrior | null;
  /** Tags of a person for whom it is not fit, such as `allergy:nuts`. A filter, never a weight. */
  readonly notFor: readonly string[];
}

/** What counts against showing an item to a person. Everything is by family. */
export interface Experience {
  readonly bought: readonly { readonly family: string; readonly at: Instant; readonly quantity: number }[];
  readonly returned: readonly string[];
  /** From 1 to 5 stars. */
  readonly ratings: readonly { readonly family: string; readonly stars: number }[];
  readonly shown: readonly { readonly family: string; readonly at: Instant; readonly isClicked: boolean }[];
  readonly inCart: readonly string[];
  /** Tags that the person declared. */
  readonly declared: readonly string[];
}

export type Exclusion = 'sold-out' | 'not-for-them' | 'in-cart' | 'returned' | 'low-rated' | 'owned' | 'not-due' | 'shown-enough';

const lowestStars = 3;
const shownAtMost = 3;
const shownWithinMs = 30 * day;

/** Why an item is not shown to a person; null: it may be. The first reason of the list decides. */
export function exclusionOf(item: CatalogueItem, person: Experience, at: Instant): Exclusion | null {
  if (!item.isInStock) return 'sold-out';
  if (item.notFor.some((tag) => person.declared.includes(tag))) return 'not-for-them';
  if (person.inCart.includes(item.family)) return 'in-cart';
  if (person.returned.includes(item.family)) return 'returned';
  if (person.ratings.some(({ family, stars }) => family === item.family && stars < lowestStars)) return 'low-rated';
  const bought = person.bought.filter(({ family }) => family === item.family);
  if (bought.length > 0 && item.lasting === null) return 'owned';
  if (bought.length > 0 && item.lasting !== null && !isDue(bought, item.lasting, at)) return 'not-due';
  const shown = person.shown.filter((one) => one.family === item.family && one.at > at - shownWithinMs);
  return shown.length >= shownAtMost && !shown.some(({ isClicked }) => isClicked) ? 'shown-enough' : null;
}

/** May it be shown again by now? From when a quarter of people would have used it up. */
export function isDue(bought: Experience['bought'], prior: LastingPrior, at: Instant): boolean {
  const window = windowAfter(bought, prior);
  return window !== null && at >= window.first;
}
