import type { CartLine } from './cart.js';
import { claimedName } from './plain-name.js';
import type { RenderContext } from './rendering.js';

/** Lines of a cart as a template reads them. A product without a name has the shop's id for one: that is for nobody to read. */
export function shownLines(lines: readonly Omit<CartLine, 'variant' | 'currency'>[]): NonNullable<RenderContext['cart']>['lines'] {
  return lines.map(({ productId, name, quantity, price, imageUrl, url }) => {
    const isNamed = name !== productId && name !== claimedName(productId);
    return { name, isNamed, quantity, price, imageUrl, url };
  });
}
