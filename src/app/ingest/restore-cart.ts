import { restoreCartUrl } from '../../domain/shop/shop.js';
import { readMessageRecipient } from '../../store/messages-read.js';
import { readCart } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';

/**
 * Where a message's cart link leads: the shop's page with the cart as it is now, or the shop itself when the cart is gone. Always the
 * shop's own addresses.
 */
export async function restoreCart(deps: Pick<AppDeps, 'store' | 'shop'>, messageId: string): Promise<string> {
  const recipient = await readMessageRecipient(deps.store.db, messageId);
  const cart = recipient === null || recipient.cartId === null ? null : await readCart(deps.store.db, recipient.cartId);
  return cart === null ? deps.shop.siteUrl : restoreCartUrl(deps.shop, cart);
}
