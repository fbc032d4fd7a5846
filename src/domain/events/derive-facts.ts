import type { QuizTold } from '../answers/answer-events.js';
import { totalsByCurrency } from '../carts/cart-totals.js';
import type { CommerceEvent } from '../carts/commerce-events.js';
import { isRefusal } from '../consent/consent.js';
import { orderIdOf } from '../orders/order-id.js';
import type { Fact, FactName } from './fact.js';
import type { Happening } from './happening.js';
import { type About, aboutThese } from './subject.js';

export function traitFacts(happening: Happening): readonly Fact[] {
  const { changedTraits: changed } = happening;
  return changed.length === 0 ? [] : [fact(happening, 'profile.updated', { changed })];
}

export function visitFacts(happening: Happening): readonly Fact[] {
  return [fact(happening, 'page.viewed', happening.event.properties)];
}

/** Of a track call with a name of the shop's own, about the order that it names. */
export function ownFacts(happening: Happening, name: string): readonly Fact[] {
  const { properties } = happening.event;
  return [fact(happening, `event:${name}`, properties, aboutThese({ order: orderNamed(properties) }))];
}

/**
 * Cart activity is a fact of the cart's owner. An order is a fact of the person who ordered, about the order and its cart, so that the
 * entries of the cart's owner get it too. What becomes of an order is a fact of the person whose it is, no matter who tells it.
 */
export function commerceFacts(happening: Happening, commerce: CommerceEvent): readonly Fact[] {
  const { properties } = happening.event;
  switch (commerce.kind) {
    case 'product-viewed':
      return [fact(happening, 'product.viewed', withProduct(properties, commerce.productId))];
    case 'cart':
      return cartFacts(happening);
    case 'checkout':
      return happening.cart === null
        ? []
        : [cartFact(happening, happening.cart, commerce.step === 'started' ? 'checkout.started' : 'checkout.updated')];
    case 'order':
      return orderFacts(happening, commerce);
  }
}

/** By one name, under whichever the event told it. */
function withProduct(properties: Fact['properties'], productId: string | null): Fact['properties'] {
  return productId === null ? properties : { ...properties, product_id: productId };
}

function cartFacts(happening: Happening): readonly Fact[] {
  const { cart } = happening;
  if (cart === null) return [];
  if (cart.after.lines.length > 0) return [cartFact(happening, cart, 'cart.updated')];
  return cart.before.lines.length > 0 ? [cartFact(happening, cart, 'cart.emptied')] : [];
}

function cartFact(happening: Happening, touched: NonNullable<Happening['cart']>, name: FactName): Fact {
  const { cart, after } = touched;
  return {
    name,
    profileId: cart.profileId,
    about: aboutThese({ cart: cart.id }),
    at: happening.event.occurredAt,
    eventId: happening.event.messageId,
    properties: {
      ...withoutProducts(happening.event.properties),
      cart_value: totalsByCurrency(after.lines).length > 1 ? null : after.value,
      cart_lines: after.lines.length,
      cart_currency: after.currency,
    },
  };
}

function orderFacts(happening: Happening, order: Extract<CommerceEvent, { kind: 'order' }>): readonly Fact[] {
  const name = orderFactNames[order.status];
  if (name === null) return [];
  const full = order.status === 'refunded' ? { full: happening.order?.after.status !== 'paid' } : {};
  const properties = { ...withoutProducts(happening.event.properties), total: order.total, currency: order.currency, ...full };
  const orderId = happening.order?.orderId ?? orderIdOf(happening.event, order.orderId, order.status === 'paid');
  const told = fact(happening, name, properties, aboutThese({ cart: happening.cart?.cart.id, order: orderId }));
  return [order.status === 'paid' ? told : { ...told, profileId: happening.order?.owner ?? told.profileId }];
}

const orderFactNames = { paid: 'order.paid', cancelled: 'order.cancelled', refunded: 'order.refunded', updated: null } as const;

/** What is pending has not happened yet. */
export function consentFacts(happening: Happening): readonly Fact[] {
  return happening.consents.flatMap((consent) => {
    const { channel, topic, method, source, state } = consent;
    if (state !== 'granted' && !isRefusal(state)) return [];
    return [fact(happening, state === 'granted' ? 'consent.granted' : 'consent.revoked', { channel, topic, method, source })];
  });
}

/** Answers by their fields, never by what was said; about the order that they are said to be about. */
export function quizFacts(happening: Happening, { step, quiz, version, given }: QuizTold): readonly Fact[] {
  const told = { quiz, version };
  const about = aboutThese({ order: orderNamed(happening.event.properties) });
  const answers = given.map(({ name, source }) => fact(happening, 'answer.given', { ...told, field: name, source }, about));
  if (step === 'answered') return answers;
  return [...answers, fact(happening, step === 'started' ? 'quiz.started' : 'quiz.completed', told, about)];
}

/** The order that an event about something else names; null: none. */
function orderNamed({ order_id: snake, orderId: camel }: Readonly<Record<string, unknown>>): string | null {
  const named = snake ?? camel;
  return typeof named === 'string' || typeof named === 'number' ? String(named) : null;
}

function fact(happening: Happening, name: FactName, properties: Readonly<Record<string, unknown>>, about: About = []): Fact {
  const { event, profileId } = happening;
  const base = { name, profileId, at: event.occurredAt, eventId: event.messageId, properties };
  return about.length === 0 ? base : { ...base, about };
}

/** Lines live in the cart; a fact carries what conditions compare. */
function withoutProducts(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { products: _products, ...rest } = properties;
  return rest;
}
