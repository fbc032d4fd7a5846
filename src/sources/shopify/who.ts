import type { EventSaid, Fields } from '../source.js';
import { digits, fullPhone, given, idOf, record, text } from './fields.js';

/** Ids of people and things, with the source's name in front: a customer's number at Shopify is no number of the shop's own. */
export const customerUser = (customerId: string): string => `shopify-customer-${customerId}`;
/** Who placed an order, until a customer is known: parcels and refunds name the order alone. */
export const orderUser = (orderId: string): string => `shopify-order-${orderId}`;
const cartVisitor = (token: string): string => `shopify-cart-${token}`;
const checkoutVisitor = (token: string): string => `shopify-checkout-${token}`;

/** The browser of a cart, by its token; by that of the checkout where there was no cart. Null: neither is known. */
export function visitorOf(cartToken: string | null, checkoutToken: string | null): string | null {
  if (cartToken !== null) return cartVisitor(cartToken);
  return checkoutToken === null ? null : checkoutVisitor(checkoutToken);
}

/** The person of the order that a part names. */
export function ofOrder(body: Fields): Pick<Said, 'userId' | 'anonymousId'> {
  return { userId: orderUser(text(body['order_id']) ?? ''), anonymousId: null };
}

/** Of a cart, as webhooks write it: the Ajax and Storefront APIs add `?key=…` and a prefix. Null never equals null. */
export function cartToken(value: unknown): string | null {
  const token =
    text(value)
      ?.replace(/^gid:\/\/shopify\/Cart\//, '')
      .split('?')[0] ?? '';
  return /^[\w.~-]{1,200}$/.test(token) ? token : null;
}

export function customerIdOf(body: Fields): string | null {
  return idOf(record(body['customer'])) ?? digits(body['customer_id']);
}

/** What is kept of a person. */
export function contactOf(body: Fields): Fields {
  const customer = record(body['customer']);
  const address = record(body['shipping_address'] ?? body['billing_address'] ?? body['default_address']);
  const phones = [body['phone'], customer['phone'], body['sms_marketing_phone']].map(fullPhone);
  return given({
    email: text(body['email']) ?? text(body['contact_email']) ?? text(customer['email']),
    phone: phones.find((phone) => phone !== null) ?? null,
    firstName: text(body['first_name']) ?? text(customer['first_name']) ?? text(address['first_name']),
    lastName: text(body['last_name']) ?? text(customer['last_name']) ?? text(address['last_name']),
    locale: text(body['customer_locale']),
    country: text(address['country_code']),
  });
}

type Said = Omit<EventSaid, 'kind' | 'messageId' | 'sentAt' | 'context' | 'stamps'> & { readonly at: unknown };

const silent = { name: null, previousId: null, anonymousId: null, properties: {}, traits: {} } as const;

export function track(name: string, who: Pick<Said, 'userId' | 'anonymousId'>, properties: Fields, at: unknown): Said {
  return { ...silent, type: 'track', name, ...who, properties, at };
}

export function identify(who: Pick<Said, 'userId' | 'anonymousId'>, traits: Fields, at: unknown): Said {
  return { ...silent, type: 'identify', ...who, traits, at };
}

/** The person who was known as `previousId` is `userId`. */
export function alias(userId: string, previousId: string, at: unknown): Said {
  return { ...silent, type: 'alias', userId, previousId, at };
}

export type { Said };
