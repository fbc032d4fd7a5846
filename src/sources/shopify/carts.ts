import type { Fields } from '../source.js';
import { given, record, text } from './fields.js';
import { keptLines, shopMoney } from './lines.js';
import type { Part } from './part.js';
import { cartToken, contactOf, customerIdOf, customerUser, identify, type Said, track, visitorOf } from './who.js';

/** `carts/create`, `carts/update`: the cart as it is now, of a browser that nobody has named yet. */
export function partsOfCart(body: Fields): readonly Part[] {
  const token = cartToken(body['token'] ?? body['id']);
  return [
    { kind: 'cart', key: null, body: { cart_token: token, products: keptLines(body['line_items']), updated_at: text(body['updated_at']) } },
  ];
}

export function sayCart(body: Fields): Said {
  const token = cartToken(body['cart_token']);
  const who = { userId: null, anonymousId: visitorOf(token, null) };
  return track('Cart Viewed', who, given({ cart_id: token, products: body['products'], url: body['url'] }), body['updated_at']);
}

/** `checkouts/create`, `checkouts/update`: what is in it, and whose it is as soon as they have said so. */
export function partsOfCheckout(body: Fields): readonly Part[] {
  // Bought: the order says so itself, with its own instant.
  if (text(body['completed_at']) !== null) return [];
  const ids = {
    cart_token: cartToken(body['cart_token']),
    checkout_token: text(body['token']),
    customer_id: customerIdOf(body),
    updated_at: text(body['updated_at']),
  };
  const contact = contactOf(body);
  return [
    ...(Object.keys(contact).length === 0 ? [] : [contactPart({ ...ids, contact })]),
    {
      kind: 'checkout',
      key: null,
      body: given({
        ...ids,
        products: keptLines(body['line_items']),
        total: shopMoney(body, 'total_price'),
        currency: text(body['currency']),
      }),
    },
  ];
}

/** `checkouts/delete`: nothing is left to remind of. */
export function partsOfDeletedCheckout(body: Fields): readonly Part[] {
  const token = cartToken(body['cart_token']);
  return token === null ? [] : [{ kind: 'cart', key: null, body: { cart_token: token, products: [] } }];
}

export function sayCheckout(body: Fields): Said {
  const [token, checkout] = [cartToken(body['cart_token']), text(body['checkout_token'])];
  const properties = {
    cart_id: token,
    checkout_id: checkout,
    products: body['products'],
    total: body['total'],
    currency: body['currency'],
    url: body['url'],
  };
  return track('Checkout Started', whoseCheckout(body), given(properties), body['updated_at']);
}

export function contactPart(body: Fields): Part {
  return { kind: 'contact', key: null, body: given(body) };
}

export function sayContact(body: Fields): Said {
  return identify(whoseCheckout(body), record(body['contact']), body['updated_at']);
}

/** A customer, once known; else what placed the order; in any case the browser. */
function whoseCheckout(body: Fields): { readonly userId: string | null; readonly anonymousId: string | null } {
  const customer = text(body['customer_id']);
  return {
    userId: customer === null ? text(body['order_user']) : customerUser(customer),
    anonymousId: visitorOf(cartToken(body['cart_token']), text(body['checkout_token'])),
  };
}
