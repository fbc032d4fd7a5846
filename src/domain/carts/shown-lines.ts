import type { RenderContext } from '../messages/rendering.js';
import { claimedName } from '../people/plain-name.js';
import type { CartLine } from './cart.js';
import { totalsByCurrency } from './cart-totals.js';

type Shown = NonNullable<RenderContext['cart']>;

/**
 * A cart as a template reads it. A product without a name would have the shop's id as its name, which people should not read. `usual`: the
 * currency of what names none; without one that all lines share there is no total.
 */
export function shownCart(
  cart: { readonly lines: readonly Omit<CartLine, 'variant'>[]; readonly value: number; readonly currency: string | null },
  usual: string,
): Pick<Shown, 'lines' | 'value' | 'currency'> {
  const currency = cart.currency ?? usual;
  return {
    lines: cart.lines.map(({ productId, name, quantity, price, currency: own, imageUrl, url }) => {
      const isNamed = name !== productId && name !== claimedName(productId);
      return { name, isNamed, quantity, price, currency: own ?? currency, imageUrl, url };
    }),
    value: totalsByCurrency(cart.lines).length > 1 ? null : cart.value,
    currency,
  };
}
