import { eventKey } from '../events/event-key.js';
import { FieldReader, type Properties } from '../values/field-reader.js';
import { type CommerceLine, readLine, readProducts } from './commerce-lines.js';

/**
 * Segment's e-commerce names and properties, read into what we mean by them. At the edge only: inside, carts fold `CartActivity` and
 * journeys hear facts. Amounts are in the currency's major unit, as the client sent them.
 */

/** The shop's own names for a cart. `token` null: the event names none, so it speaks of the person's present cart. */
export interface CartTokens {
  readonly token: string | null;
  /** True when `token` names a cart, false when it only names a checkout. */
  readonly named: 'cart' | 'checkout' | 'none';
  /** Further tokens in the same event: they mean the same cart. */
  readonly aliases: readonly string[];
}

/** What an event does to the lines of a cart. `none`: it only shows that the person is there. */
export type LineChange =
  | { readonly kind: 'added' | 'removed' | 'snapshot'; readonly lines: readonly CommerceLine[] }
  | { readonly kind: 'none' };

export type { CommerceLine };

export type CommerceEvent =
  /** Null: it does not say which. */
  | { readonly kind: 'product-viewed'; readonly productId: string | null }
  | { readonly kind: 'cart'; readonly tokens: CartTokens; readonly change: LineChange }
  | { readonly kind: 'checkout'; readonly step: 'started' | 'updated'; readonly tokens: CartTokens; readonly change: LineChange }
  | {
      readonly kind: 'order';
      readonly status: 'paid' | 'cancelled' | 'refunded' | 'updated';
      /** Null when the client gave none. */
      readonly orderId: string | null;
      readonly tokens: CartTokens;
      readonly total: number | null;
      readonly currency: string | null;
      readonly lines: readonly CommerceLine[];
    };

export type CommerceReading =
  /** `lost`: names of the fields that are there and could not be read, such as `total` or `products[2].price`, never their values. */
  | { readonly kind: 'commerce'; readonly event: CommerceEvent; readonly lost: readonly string[] }
  /** Not an event of the e-commerce spec: a shop's own. */
  | { readonly kind: 'other' };

type Reader = (properties: Properties, read: FieldReader) => CommerceEvent;

/** Names of the spec, with the older names that Segment still documents. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['product viewed', readViewed],
  ['viewed product', readViewed],
  ['product added', readAdded],
  ['added product', readAdded],
  ['wishlist product added to cart', readAdded],
  ['product removed', readRemoved],
  ['removed product', readRemoved],
  ['cart viewed', (p, read) => ({ kind: 'cart', tokens: readTokens(p, read), change: readSnapshot(p, read) })],
  ['checkout started', (p, read) => readCheckout(p, read, 'started')],
  ['checkout step viewed', (p, read) => readCheckout(p, read, 'updated')],
  ['checkout step completed', (p, read) => readCheckout(p, read, 'updated')],
  ['payment info entered', (p, read) => readCheckout(p, read, 'updated')],
  // To a cart an order is one as soon as it is placed: who pays later is not reminded.
  ['order created', (p, read) => readOrder(p, read, 'paid')],
  ['order placed', (p, read) => readOrder(p, read, 'paid')],
  ['order completed', (p, read) => readOrder(p, read, 'paid')],
  ['completed order', (p, read) => readOrder(p, read, 'paid')],
  ['order updated', (p, read) => readOrder(p, read, 'updated')],
  ['order cancelled', (p, read) => readOrder(p, read, 'cancelled')],
  ['order canceled', (p, read) => readOrder(p, read, 'cancelled')],
  ['order refunded', (p, read) => readOrder(p, read, 'refunded')],
]);

/** Names of the spec that we read, in lower case. */
export const commerceEventNames: readonly string[] = [...readers.keys()];

/** Reads a track event's name and properties. Names count in any case. What cannot be read is noted and costs nothing else. */
export function readCommerceEvent(name: string, properties: Properties): CommerceReading {
  const reader = readers.get(eventKey(name));
  if (reader === undefined) return { kind: 'other' };
  const fields = new FieldReader();
  return { kind: 'commerce', event: reader(properties, fields), lost: fields.lost };
}

function readViewed(properties: Properties, read: FieldReader): CommerceEvent {
  return { kind: 'product-viewed', productId: readLine(properties, read)?.productId ?? null };
}

function readAdded(properties: Properties, read: FieldReader): CommerceEvent {
  return readLineEvent(properties, read, 'added');
}

function readRemoved(properties: Properties, read: FieldReader): CommerceEvent {
  return readLineEvent(properties, read, 'removed');
}

/**
 * A negative number added is a removal, and the other way about; zero changes nothing. Without a product the event shows that the person is
 * there.
 */
function readLineEvent(properties: Properties, read: FieldReader, kind: 'added' | 'removed'): CommerceEvent {
  const tokens = readTokens(properties, read);
  const given = read.number(properties, ['quantity'], null);
  const line = readLine(properties, read);
  if (line === null) read.lose('product_id');
  if (line === null || given === 0) return { kind: 'cart', tokens, change: { kind: 'none' } };
  const reversed = given !== null && given < 0;
  const change = reversed ? (kind === 'added' ? 'removed' : 'added') : kind;
  const quantity = given === null ? (kind === 'added' ? 1 : null) : Math.abs(given);
  return { kind: 'cart', tokens, change: { kind: change, lines: [{ ...line, quantity }] } };
}

function readCheckout(properties: Properties, read: FieldReader, step: 'started' | 'updated'): CommerceEvent {
  return { kind: 'checkout', step, tokens: readTokens(properties, read), change: readSnapshot(properties, read) };
}

/** `products` says all that is in the cart; without it the event says nothing about lines. */
function readSnapshot(properties: Properties, read: FieldReader): LineChange {
  const lines = readProducts(properties, read);
  return lines === null ? { kind: 'none' } : { kind: 'snapshot', lines };
}

/** Who ordered, and which cart, are enough. */
function readOrder(properties: Properties, read: FieldReader, status: 'paid' | 'cancelled' | 'refunded' | 'updated'): CommerceEvent {
  const currency = read.currency(properties);
  return {
    kind: 'order',
    status,
    orderId: read.text(properties, ['order_id', 'orderId']),
    tokens: readTokens(properties, read),
    total: read.number(properties, ['total', 'revenue', 'value'], currency),
    currency,
    lines: readProducts(properties, read) ?? [],
  };
}

function readTokens(properties: Properties, read: FieldReader): CartTokens {
  const cart = read.text(properties, ['cart_id', 'cartId']);
  const cartToken = read.text(properties, ['cart_token', 'cartToken']);
  const checkout = read.text(properties, ['checkout_id', 'checkoutId']);
  const checkoutToken = read.text(properties, ['checkout_token', 'checkoutToken']);
  const found = [cart, cartToken, checkout, checkoutToken].filter((token) => token !== null);
  const token = found[0] ?? null;
  const named = token === null ? 'none' : (cart ?? cartToken) !== null ? 'cart' : 'checkout';
  return { token, named, aliases: [...new Set(found)].filter((other) => other !== token) };
}
