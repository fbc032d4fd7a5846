import { day, type Instant } from '../time/instant.js';
import type { CartId, ProfileId } from '../values/ids.js';
import type { Cart } from './cart.js';
import {
  type CartActivity,
  type CartFold,
  emptyFold,
  foldAfterOrder,
  foldCart,
  heldLineKeys,
  isBeforeFold,
  mergeFolds,
  unnamedToken,
} from './cart-fold.js';
import { type CartView, viewCart } from './cart-view.js';
import type { CartTokens, CommerceEvent } from './commerce-events.js';

/** A cart with all that is needed to go on folding it. */
export interface KeptCart extends Cart {
  readonly tokens: readonly string[];
  readonly fold: CartFold;
  readonly createdAt: Instant;
  /** When it was ordered; the latest, when two orders named it. */
  readonly orderedAt: Instant | null;
}

/** A commerce event that speaks of a cart, with who acted. */
export interface CartDeed {
  readonly profileId: ProfileId;
  /** Has this profile a user id? A known person takes over an anonymous visitor's cart, never another known person's. */
  readonly isKnown: (profileId: ProfileId) => boolean;
  readonly event: Extract<CommerceEvent, { kind: 'cart' | 'checkout' | 'order' }>;
  readonly at: Instant;
  readonly eventId: string;
  /** As of an activity. */
  readonly isToldByShop?: boolean;
}

export interface CartChange {
  /** All carts as they are now, in the order given, new ones last. */
  readonly carts: readonly KeptCart[];
  /** The cart that the deed concerned; null where it concerns none that is known. */
  readonly touched: { readonly cart: KeptCart; readonly before: CartView; readonly after: CartView } | null;
  /** Carts found to be one: what pointed to `from` points to `into`. */
  readonly joined: readonly { readonly from: CartId; readonly into: CartId }[];
}

/** A new token that shares a line within this long of the cart's last activity joins it. */
export const joinWithinMs = day;

/**
 * What a deed does to the carts of the person and to those that its tokens name. Which cart: the one that has the token; else the person's
 * own open cart of the last 24 hours that shares a line; for an event without a token the newest of those; else a new one. After an order,
 * activity under the same token begins a new cart, and what happened before the order changes nothing.
 */
export function applyToCarts(carts: readonly KeptCart[], deed: CartDeed, newId: () => CartId): CartChange {
  return deed.event.kind === 'order' ? applyOrder(carts, deed, deed.event, newId) : applyActivity(carts, deed, deed.event, newId);
}

type OrderEvent = Extract<CommerceEvent, { kind: 'order' }>;
type ActivityEvent = Extract<CommerceEvent, { kind: 'cart' | 'checkout' }>;

function applyActivity(carts: readonly KeptCart[], deed: CartDeed, event: ActivityEvent, newId: () => CartId): CartChange {
  const { book, found, joined } = findCart(carts, deed, event);
  if (found !== null && belongsToPast(found, deed.at)) return { carts: book, touched: null, joined };

  const start = found === null ? newCart(deed, event.tokens, newId()) : found.state === 'ordered' ? nextCart(found, deed, newId()) : found;
  const tokens = found === null ? event.tokens : tokensWithin(start, event.tokens);
  const activity: CartActivity = {
    tokens,
    change: event.change,
    at: deed.at,
    eventId: deed.eventId,
    isToldByShop: deed.isToldByShop === true,
  };
  const before = viewCart(start.fold);
  const fold = foldCart(start.fold, activity);
  const grown = withOwner(withFold(withTokens(start, event.tokens), fold), deed);
  const moved = found !== null && found.state === 'ordered' ? replace(book, { ...found, tokens: [] }) : book;
  const shared = joinSharing(replace(moved, grown), grown, deed.at);
  return {
    carts: shared.book,
    touched: { cart: shared.cart, before, after: viewCart(shared.cart.fold) },
    joined: [...joined, ...shared.joined],
  };
}

function applyOrder(carts: readonly KeptCart[], deed: CartDeed, event: OrderEvent, newId: () => CartId): CartChange {
  const { book, found, joined } = findCart(carts, deed, event);
  if (found !== null && isBeforeFold(found.fold, deed.at)) return { carts: book, touched: null, joined };
  const concerned = found ?? unseenCart(deed, event, newId);
  if (concerned === null) return { carts: book, touched: null, joined };
  const view = viewCart(concerned.fold);
  // A cancelled or refunded order does not open its cart again: nobody is reminded of what they sent back.
  const cart = event.status === 'paid' ? withOwner(orderedCart(withTokens(concerned, event.tokens), deed.at), deed) : concerned;
  return { carts: replace(book, cart), touched: { cart, before: view, after: view }, joined };
}

/** The order came before any event of the cart that it names: kept, so that those, when they come, find it ordered. */
function unseenCart(deed: CartDeed, event: OrderEvent, newId: () => CartId): KeptCart | null {
  return event.status === 'paid' && event.tokens.token !== null ? newCart(deed, event.tokens, newId()) : null;
}

// ── which cart ──

function findCart(
  carts: readonly KeptCart[],
  deed: CartDeed,
  event: ActivityEvent | OrderEvent,
): { book: readonly KeptCart[]; found: KeptCart | null; joined: CartChange['joined'] } {
  const named = namedTokens(event.tokens);
  const [first, ...others] = carts.filter((cart) => cart.tokens.some((token) => named.includes(token))).sort(byAge);
  if (first !== undefined) return others.reduce(joinInto, { book: carts, found: first, joined: [] });
  return { book: carts, found: event.tokens.named === 'cart' ? null : presentCart(carts, deed), joined: [] };
}

/** For an event that names no cart: the person's newest open cart, if it is of these days. */
function presentCart(carts: readonly KeptCart[], deed: CartDeed): KeptCart | null {
  const own = carts.filter(
    (cart) => cart.profileId === deed.profileId && cart.state === 'open' && Math.abs(deed.at - cart.updatedAt) <= joinWithinMs,
  );
  return own.sort((a, b) => b.updatedAt - a.updatedAt || byAge(a, b))[0] ?? null;
}

/** Two baskets of one person with a line in common, active within a day of each other, are one: the older goes on. */
export function joinSharing(
  book: readonly KeptCart[],
  cart: KeptCart,
  at: Instant,
): { book: readonly KeptCart[]; cart: KeptCart; joined: CartChange['joined'] } {
  const keys = heldLineKeys(cart.fold);
  const sharing = book.filter(
    (other) =>
      other.id !== cart.id &&
      other.profileId === cart.profileId &&
      other.state === 'open' &&
      Math.abs(other.updatedAt - at) <= joinWithinMs &&
      [...heldLineKeys(other.fold)].some((key) => keys.has(key)),
  );
  const [first, ...others] = [cart, ...sharing].sort(byAge);
  if (first === undefined || sharing.length === 0) return { book, cart, joined: [] };
  const result = others.reduce(joinInto, { book, found: first, joined: [] });
  return { book: result.book, cart: result.found, joined: result.joined };
}

type Joining = { readonly book: readonly KeptCart[]; readonly found: KeptCart; readonly joined: CartChange['joined'] };

function joinInto({ book, found, joined }: Joining, other: KeptCart): Joining {
  const one = joinCarts(found, other);
  return {
    book: replace(
      book.filter((cart) => cart.id !== other.id),
      one,
    ),
    found: one,
    joined: [...joined, { from: other.id, into: one.id }],
  };
}

/** Two carts as one. An order of either, when nothing happened after it, is an order of both. */
export function joinCarts(into: KeptCart, from: KeptCart): KeptCart {
  const orderedAt =
    into.orderedAt === null || from.orderedAt === null ? (into.orderedAt ?? from.orderedAt) : Math.max(into.orderedAt, from.orderedAt);
  const one: KeptCart = {
    ...into,
    tokens: [...new Set([...into.tokens, ...from.tokens])],
    orderedAt,
    state: orderedAt === null ? 'open' : 'ordered',
  };
  return withFold(one, mergeFolds(into.fold, from.fold));
}

function byAge(a: KeptCart, b: KeptCart): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

function belongsToPast(cart: KeptCart, at: Instant): boolean {
  return isBeforeFold(cart.fold, at) || (cart.state === 'ordered' && cart.orderedAt !== null && at <= cart.orderedAt);
}

// ── what becomes of it ──

function newCart(deed: CartDeed, tokens: CartTokens, id: CartId): KeptCart {
  return {
    id,
    profileId: deed.profileId,
    token: tokens.token ?? '',
    tokens: [],
    state: 'open',
    lines: [],
    currency: null,
    value: 0,
    updatedAt: deed.at,
    createdAt: deed.at,
    orderedAt: null,
    fold: emptyFold,
  };
}

/** The cart that follows an ordered one under the same tokens. */
function nextCart(ordered: KeptCart, deed: CartDeed, id: CartId): KeptCart {
  const fold = foldAfterOrder(ordered.fold, ordered.orderedAt ?? ordered.updatedAt);
  return {
    ...newCart(deed, { token: ordered.token, named: 'cart', aliases: [] }, id),
    profileId: deed.isKnown(deed.profileId) ? deed.profileId : ordered.profileId,
    tokens: ordered.tokens,
    fold,
  };
}

function orderedCart(cart: KeptCart, at: Instant): KeptCart {
  return { ...cart, state: 'ordered', orderedAt: Math.max(cart.orderedAt ?? at, at) };
}

function withFold(cart: KeptCart, fold: CartFold): KeptCart {
  const view = viewCart(fold);
  return {
    ...cart,
    fold,
    lines: view.lines,
    currency: view.currency,
    value: view.value,
    token: view.token ?? cart.token,
    updatedAt: view.updatedAt ?? cart.updatedAt,
  };
}

function withTokens(cart: KeptCart, tokens: CartTokens): KeptCart {
  return { ...cart, tokens: [...new Set([...cart.tokens, ...namedTokens(tokens)])] };
}

function withOwner(cart: KeptCart, deed: CartDeed): KeptCart {
  const takesOver = cart.profileId !== deed.profileId && deed.isKnown(deed.profileId) && !deed.isKnown(cart.profileId);
  return takesOver ? { ...cart, profileId: deed.profileId } : cart;
}

function namedTokens(tokens: CartTokens): readonly string[] {
  return tokens.token === null ? [] : [tokens.token, ...tokens.aliases];
}

/** An event without a token, or with a checkout's only, that was taken for this cart: its lines belong to the cart's own token. */
function tokensWithin(cart: KeptCart, tokens: CartTokens): CartTokens {
  if (tokens.named === 'cart' || cart.tokens.some((token) => namedTokens(tokens).includes(token))) return tokens;
  if (cart.token === '') return tokens.token === null ? tokens : { ...tokens, aliases: [...tokens.aliases, unnamedToken] };
  return { token: cart.token, named: 'cart', aliases: namedTokens(tokens) };
}

function replace(carts: readonly KeptCart[], cart: KeptCart): readonly KeptCart[] {
  return carts.some((other) => other.id === cart.id) ? carts.map((other) => (other.id === cart.id ? cart : other)) : [...carts, cart];
}
