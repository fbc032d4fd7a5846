import { claimedName } from '../people/plain-name.js';
import type { Instant } from '../time/instant.js';
import type { CartLine } from './cart.js';
import type { CartFold, TokenFold } from './cart-fold.js';
import { priceOf, quantityOf } from './cart-line-fold.js';
import { onlyCurrency, totalsByCurrency } from './cart-totals.js';
import { compareText, registerValue, valueOf } from './register.js';

/** A cart as its fold tells it. */
export interface CartView {
  /** The token that a link restoring the cart carries; null when the shop names none. */
  readonly token: string | null;
  readonly lines: readonly CartLine[];
  /** Of all its lines; null: nobody said, or they have several. */
  readonly currency: string | null;
  /** Sum of quantity × price over the lines; 0 where they have several currencies (`totalsByCurrency`). */
  readonly value: number;
  /** The newest activity, also of events that changed no line. Null: nothing yet. */
  readonly updatedAt: Instant | null;
}

/** The cart that a fold tells of: the lines under the token where the person was last, for that is what a link would restore. */
export function viewCart(fold: CartFold): CartView {
  const known = views.get(fold);
  if (known !== undefined) return known;
  const view = newView(fold);
  views.set(fold, view);
  return view;
}

/** A fold never changes, and is looked at several times for each event: before, after, and beside the other carts. */
const views = new WeakMap<CartFold, CartView>();

function newView(fold: CartFold): CartView {
  const groups = Object.values(fold.tokens);
  const updatedAt = groups.reduce<Instant | null>((newest, group) => Math.max(newest ?? group.at, group.at), null);
  const shown = newestGroup(groups.filter(saysLines)) ?? newestGroup(groups);
  if (shown === null) return { token: null, lines: [], currency: null, value: 0, updatedAt };
  const lines = shownLines(shown);
  const [total, ...others] = totalsByCurrency(lines);
  const value = total === undefined || others.length > 0 ? 0 : total.value;
  return { token: registerValue(shown.name) || null, lines, currency: onlyCurrency(lines), value, updatedAt };
}

function saysLines(group: TokenFold): boolean {
  return group.snapshot !== null || Object.keys(group.lines).length > 0;
}

function newestGroup(groups: readonly TokenFold[]): TokenFold | null {
  let newest: TokenFold | null = null;
  for (const group of groups) {
    if (newest === null || group.at > newest.at || (group.at === newest.at && registerValue(group.name) > registerValue(newest.name)))
      newest = group;
  }
  return newest;
}

function shownLines(group: TokenFold): readonly CartLine[] {
  return Object.entries(group.lines)
    .map(([key, line]) => ({ key, line, quantity: quantityOf(line) }))
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => a.line.first[0] - b.line.first[0] || a.line.first[1] - b.line.first[1] || compareText(a.key, b.key))
    .map(({ line, quantity }) => ({
      productId: line.productId,
      variant: line.variant,
      name: valueOf(line.name) ?? claimedName(line.productId),
      quantity,
      price: priceOf(line) ?? 0,
      currency: valueOf(line.currency),
      imageUrl: valueOf(line.imageUrl),
      url: valueOf(line.url),
    }));
}
