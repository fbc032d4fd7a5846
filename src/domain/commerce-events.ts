/**
 * Segment's e-commerce names and properties, read into what we mean by them. At the edge only: inside, carts fold `CartActivity` and journeys
 * hear facts. Amounts are in the currency's major unit, as the client sent them.
 */

/** One product as an event names it. Null: the event does not say, so an earlier value stands. */
export interface CommerceLine {
  readonly productId: string;
  readonly variant: string;
  /** Null on a removal: the whole line. Never negative; zero in a snapshot: gone. */
  readonly quantity: number | null;
  readonly name: string | null;
  readonly price: number | null;
  readonly currency: string | null;
  readonly imageUrl: string | null;
  readonly url: string | null;
}

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

export type CommerceEvent =
  | { readonly kind: 'product-viewed'; readonly line: CommerceLine }
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
  | { readonly kind: 'commerce'; readonly event: CommerceEvent }
  /** Not an event of the e-commerce spec: a shop's own. */
  | { readonly kind: 'other' }
  /** An event of the spec that cannot be understood. `problem` is a sentence with the property's name, never its value. */
  | { readonly kind: 'problem'; readonly problem: string };

type Properties = Readonly<Record<string, unknown>>;
type Reader = (properties: Properties) => CommerceEvent;

/** Names of the spec, with the older names that Segment still documents. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['product viewed', (p) => ({ kind: 'product-viewed', line: readProduct(p) })],
  ['viewed product', (p) => ({ kind: 'product-viewed', line: readProduct(p) })],
  ['product added', readAdded],
  ['added product', readAdded],
  ['wishlist product added to cart', readAdded],
  ['product removed', readRemoved],
  ['removed product', readRemoved],
  ['cart viewed', (p) => ({ kind: 'cart', tokens: readTokens(p), change: readSnapshot(p) })],
  ['checkout started', (p) => ({ kind: 'checkout', step: 'started', tokens: readTokens(p), change: readSnapshot(p) })],
  ['checkout step viewed', readCheckoutUpdate],
  ['checkout step completed', readCheckoutUpdate],
  ['payment info entered', readCheckoutUpdate],
  ['order completed', (p) => readOrder(p, 'paid')],
  ['completed order', (p) => readOrder(p, 'paid')],
  ['order updated', (p) => readOrder(p, 'updated')],
  ['order cancelled', (p) => readOrder(p, 'cancelled')],
  ['order canceled', (p) => readOrder(p, 'cancelled')],
  ['order refunded', (p) => readOrder(p, 'refunded')],
]);

class ReadingProblem extends Error {}

/** Reads a track event's name and properties. Names count in any case. */
export function readCommerceEvent(name: string, properties: Properties): CommerceReading {
  const read = readers.get(name.toLowerCase());
  if (read === undefined) return { kind: 'other' };
  try {
    return { kind: 'commerce', event: read(properties) };
  } catch (problem) {
    if (problem instanceof ReadingProblem) return { kind: 'problem', problem: problem.message };
    throw problem;
  }
}

function readAdded(properties: Properties): CommerceEvent {
  return readLineEvent(properties, 'added');
}

function readRemoved(properties: Properties): CommerceEvent {
  return readLineEvent(properties, 'removed');
}

/** A negative number added is a removal, and the other way about; zero changes nothing. */
function readLineEvent(properties: Properties, kind: 'added' | 'removed'): CommerceEvent {
  const tokens = readTokens(properties);
  const given = readNumber(properties, 'quantity');
  const line = readProduct(properties);
  if (given === 0) return { kind: 'cart', tokens, change: { kind: 'none' } };
  const reversed = given !== null && given < 0;
  const change = reversed ? (kind === 'added' ? 'removed' : 'added') : kind;
  const quantity = given === null ? (kind === 'added' ? 1 : null) : Math.abs(given);
  return { kind: 'cart', tokens, change: { kind: change, lines: [{ ...line, quantity }] } };
}

function readCheckoutUpdate(properties: Properties): CommerceEvent {
  return { kind: 'checkout', step: 'updated', tokens: readTokens(properties), change: readSnapshot(properties) };
}

/** `products` says all that is in the cart; without it the event says nothing about lines. */
function readSnapshot(properties: Properties): LineChange {
  const lines = readProducts(properties);
  return lines === null ? { kind: 'none' } : { kind: 'snapshot', lines };
}

function readOrder(properties: Properties, status: 'paid' | 'cancelled' | 'refunded' | 'updated'): CommerceEvent {
  return {
    kind: 'order',
    status,
    orderId: readText(properties, 'order_id', 'orderId'),
    tokens: readTokens(properties),
    total: readNumber(properties, 'total', 'revenue', 'value'),
    currency: readCurrency(properties),
    lines: readProducts(properties) ?? [],
  };
}

function readTokens(properties: Properties): CartTokens {
  const cart = readText(properties, 'cart_id', 'cartId');
  const cartToken = readText(properties, 'cart_token', 'cartToken');
  const checkout = readText(properties, 'checkout_id', 'checkoutId');
  const checkoutToken = readText(properties, 'checkout_token', 'checkoutToken');
  const found = [cart, cartToken, checkout, checkoutToken].filter((token) => token !== null);
  const token = found[0] ?? null;
  const named = token === null ? 'none' : (cart ?? cartToken) !== null ? 'cart' : 'checkout';
  return { token, named, aliases: [...new Set(found)].filter((other) => other !== token) };
}

const maxProducts = 1000;

function readProducts(properties: Properties): readonly CommerceLine[] | null {
  const products = properties['products'];
  if (products === undefined || products === null) return null;
  if (!Array.isArray(products)) throw new ReadingProblem('`products` must be a list.');
  if (products.length > maxProducts) throw new ReadingProblem(`\`products\` has more than ${maxProducts} entries.`);
  const currency = readCurrency(properties);
  return products.map((product: unknown, index) => {
    if (!isRecord(product)) throw new ReadingProblem(`\`products[${index}]\` must be an object.`);
    const line = readProduct(product, `products[${index}]`);
    const quantity = readNumber(product, 'quantity') ?? 1;
    return { ...line, currency: line.currency ?? currency, quantity: Math.max(0, quantity) };
  });
}

function readProduct(properties: Properties, where = 'properties'): CommerceLine {
  const productId = readText(properties, 'product_id', 'productId', 'sku', 'id');
  if (productId === null) throw new ReadingProblem(`\`${where}.product_id\` (or \`sku\`) is missing.`);
  return {
    productId,
    variant: readText(properties, 'variant', 'variant_id') ?? '',
    quantity: null,
    name: readText(properties, 'name', 'title'),
    price: readNumber(properties, 'price'),
    currency: readCurrency(properties),
    imageUrl: readText(properties, 'image_url', 'imageUrl'),
    url: readText(properties, 'url'),
  };
}

function readCurrency(properties: Properties): string | null {
  const currency = readText(properties, 'currency')?.toUpperCase() ?? null;
  if (currency !== null && !/^[A-Z]{3}$/.test(currency)) throw new ReadingProblem('`currency` must be a three-letter code.');
  return currency;
}

const maxTextLength = 2048;

/** The first of these properties that is there, as text. Numbers count: many shops have numeric ids. */
function readText(properties: Properties, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = properties[name];
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string' && typeof value !== 'number') throw new ReadingProblem(`\`${name}\` must be text.`);
    const text = String(value);
    if (text.length > maxTextLength) throw new ReadingProblem(`\`${name}\` is longer than ${maxTextLength} characters.`);
    return text;
  }
  return null;
}

const maxAmount = 1e9;

/** The first of these properties that is there, as a number; numbers written as text count. */
function readNumber(properties: Properties, ...names: readonly string[]): number | null {
  for (const name of names) {
    const value = properties[name];
    if (value === undefined || value === null || value === '') continue;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) throw new ReadingProblem(`\`${name}\` must be a number.`);
    if (Math.abs(number) > maxAmount) throw new ReadingProblem(`\`${name}\` is out of range.`);
    return number;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
