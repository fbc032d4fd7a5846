import { describe, expect, test } from 'vitest';
import { applyToCarts, type KeptCart } from '../../../src/domain/carts/cart-book.js';
import { readCommerceEvent } from '../../../src/domain/carts/commerce-events.js';
import { commerceFacts, ownFacts } from '../../../src/domain/events/derive-facts.js';
import type { ShopEvent } from '../../../src/domain/events/event.js';
import type { Fact } from '../../../src/domain/events/fact.js';
import { aCart, cartIn } from '../../../src/domain/events/subject.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import type { CartId, ProfileId } from '../../../src/domain/values/ids.js';
import { noon, shopEvent } from '../../support/shop-events.js';

const visitors = new Set(['visitor']);
const inCart = (id: string) => aCart(id as CartId);

/** A shop in miniature: the carts of some people, told by events in their order of arrival. */
class Carts {
  carts: readonly KeptCart[] = [];
  joined: { from: string; into: string }[] = [];
  #made = 0;
  #events = 0;

  hear(name: string, properties: Record<string, unknown> = {}, { by = 'ada', at = 0 }: { by?: string; at?: number } = {}): readonly Fact[] {
    const event: ShopEvent = { ...shopEvent({ name, properties, occurredAt: noon + at }).event, messageId: `e${++this.#events}` };
    const reading = readCommerceEvent(name, properties);
    const commerce = reading.kind === 'commerce' ? reading.event : null;
    const profileId = by as ProfileId;
    let cart = null;
    if (commerce !== null && commerce.kind !== 'product-viewed') {
      const deed = {
        profileId,
        isKnown: (id: string) => !visitors.has(id),
        event: commerce,
        at: event.occurredAt,
        eventId: event.messageId,
      };
      const change = applyToCarts(this.carts, deed, () => `cart-${++this.#made}` as CartId);
      this.carts = change.carts;
      this.joined.push(...change.joined);
      cart = change.touched;
    }
    const happening = { event, profileId, cart, order: null, record: null, changedTraits: [], consents: [] };
    return commerce === null ? ownFacts(happening, name) : commerceFacts(happening, commerce);
  }

  get states(): readonly string[] {
    return this.carts.map(
      ({ id, state, tokens, lines, profileId }) =>
        `${id} of ${profileId} ${state} [${tokens.join()}] ${lines.map(({ productId, quantity }) => `${quantity}${productId}`).join()}`,
    );
  }
}

const mug = { product_id: 'mug', price: 10, currency: 'EUR' };
const cup = { product_id: 'cup', price: 5, currency: 'EUR' };

describe('facts', () => {
  test('tell of a cart that is filled, changed and emptied, with what it is worth', () => {
    const shop = new Carts();

    expect(shop.hear('Product Added', { ...mug, cart_id: 'a' })).toMatchObject([
      {
        name: 'cart.updated',
        profileId: 'ada',
        about: [inCart('cart-1')],
        at: noon,
        eventId: 'e1',
        properties: { product_id: 'mug', cart_value: 10, cart_lines: 1, cart_currency: 'EUR' },
      },
    ]);
    expect(shop.hear('Product Removed', { ...mug, cart_id: 'a' }, { at: 1 })).toMatchObject([
      { name: 'cart.emptied', about: [inCart('cart-1')] },
    ]);
    expect(shop.hear('Cart Viewed', { cart_id: 'a', products: [] }, { at: 2 })).toEqual([]);
  });

  test('tell of checkouts, orders and pages, and of a shop’s own events by their name', () => {
    const shop = new Carts();

    expect(shop.hear('Checkout Started', { cart_id: 'a', products: [mug] })).toMatchObject([
      { name: 'checkout.started', about: [inCart('cart-1')], properties: { cart_value: 10 } },
    ]);
    expect(shop.hear('Payment Info Entered', { checkout_id: 'k' }, { at: 1 })).toMatchObject([
      { name: 'checkout.updated', about: [inCart('cart-1')] },
    ]);
    expect(shop.hear('Order Completed', { order_id: 'o', checkout_id: 'k', total: 10, products: [mug] }, { at: 2 })).toMatchObject([
      { name: 'order.paid', about: [inCart('cart-1'), { kind: 'order', id: 'o' }], properties: { order_id: 'o', total: 10 } },
    ]);
    expect(shop.hear('Order Cancelled', { order_id: 'o' }, { at: 3 })).toMatchObject([{ name: 'order.cancelled' }]);
    expect(shop.hear('Product Viewed', mug)).toMatchObject([{ name: 'product.viewed' }]);
    expect(shop.hear('Quiz Taken', { score: 3 })).toMatchObject([{ name: 'event:Quiz Taken', properties: { score: 3 } }]);
  });

  test('of an order are the orderer’s, and name the cart that another person filled', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' }, { by: 'ada' });

    expect(shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { by: 'bea', at: minute })).toMatchObject([
      { profileId: 'bea', about: [inCart('cart-1'), { kind: 'order', id: 'o' }] },
    ]);
    expect(shop.states).toEqual(['cart-1 of ada ordered [a] 1mug']);
  });

  test('say nothing of activity that turns out to lie before the order', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' });
    shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { at: hour });

    expect(shop.hear('Product Added', { ...cup, cart_id: 'a' }, { at: minute })).toEqual([]);
    expect(shop.carts).toHaveLength(1);
  });
});

describe('which cart', () => {
  test('an order that comes before the events of its cart has ordered it, whoever they are from', () => {
    const shop = new Carts();
    const [paid] = shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { by: 'bea', at: hour });

    expect(shop.hear('Product Added', { ...mug, cart_id: 'a' }, { by: 'ada' })).toEqual([]);
    expect(shop.states).toEqual(['cart-1 of bea ordered [a] ']);
    expect(cartIn(paid?.about ?? [])).toBe('cart-1');
    expect(shop.hear('Product Added', { ...mug, cart_id: 'a' }, { by: 'ada', at: 2 * hour })).toMatchObject([
      { name: 'cart.updated', profileId: 'ada', about: [inCart('cart-2')] },
    ]);
  });

  test('activity after an order under the same token begins a new one', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' });
    shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { at: hour });

    expect(shop.hear('Product Added', { ...cup, cart_id: 'a' }, { at: day })).toMatchObject([
      { name: 'cart.updated', about: [inCart('cart-2')] },
    ]);
    expect(shop.states).toEqual(['cart-1 of ada ordered [] 1mug', 'cart-2 of ada open [a] 1cup']);
    // The same order told once more does not order the new cart.
    shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { at: hour });
    expect(shop.carts[1]?.state).toBe('open');
  });

  test('a late order leaves to the next cart what was added after it', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' });
    shop.hear('Product Added', { ...cup, cart_id: 'a' }, { at: 2 * hour });
    shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { at: hour });

    shop.hear('Cart Viewed', { cart_id: 'a' }, { at: 3 * hour });
    expect(shop.carts[1]?.lines).toMatchObject([{ productId: 'cup' }]);
  });

  test('an order cancelled later does not open it again', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' });
    shop.hear('Order Completed', { order_id: 'o', cart_id: 'a' }, { at: hour });
    shop.hear('Order Cancelled', { order_id: 'o', cart_id: 'a' }, { at: day });

    expect(shop.states).toEqual(['cart-1 of ada ordered [a] 1mug']);
  });

  test('a new token of the same person with a line in common joins it within a day, and not after', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'phone' });
    shop.hear('Product Added', { ...cup, cart_id: 'laptop' }, { at: hour });
    expect(shop.carts).toHaveLength(2);

    expect(shop.hear('Product Added', { ...mug, cart_id: 'laptop' }, { at: 2 * hour })).toMatchObject([{ about: [inCart('cart-1')] }]);
    expect(shop.joined).toEqual([{ from: 'cart-2', into: 'cart-1' }]);
    expect(shop.states).toEqual(['cart-1 of ada open [phone,laptop] 1cup,1mug']);
    expect(shop.carts[0]?.token).toBe('laptop');

    shop.hear('Product Added', { ...mug, cart_id: 'tablet' }, { at: 2 * hour + day + 1 });
    expect(shop.carts).toHaveLength(2);
  });

  test('another person’s is not joined, whatever is in it', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' }, { by: 'ada' });
    shop.hear('Product Added', { ...mug, cart_id: 'b' }, { by: 'bea' });

    expect(shop.carts).toHaveLength(2);
  });

  test('an event that names none speaks of the person’s present one', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' });
    shop.hear('Product Added', cup, { at: minute });
    shop.hear('Checkout Started', { checkout_id: 'k' }, { at: hour });
    expect(shop.states).toEqual(['cart-1 of ada open [a,k] 1mug,1cup']);

    shop.hear('Order Completed', { order_id: 'o' }, { at: 2 * hour });
    expect(shop.states).toEqual(['cart-1 of ada ordered [a,k] 1mug,1cup']);
  });

  test('two tokens named in one event are one cart', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' });
    shop.hear('Checkout Started', { checkout_id: 'k', products: [cup] }, { by: 'visitor' });
    expect(shop.carts).toHaveLength(2);

    shop.hear('Checkout Started', { cart_id: 'a', checkout_id: 'k' }, { at: minute });
    expect(shop.joined).toEqual([{ from: 'cart-2', into: 'cart-1' }]);
    expect(shop.carts.map(({ tokens, profileId }) => [tokens, profileId])).toEqual([[['a', 'k'], 'ada']]);
  });

  test('a known person takes over a visitor’s, never another known person’s', () => {
    const shop = new Carts();
    shop.hear('Product Added', { ...mug, cart_id: 'a' }, { by: 'visitor' });
    expect(shop.hear('Checkout Started', { cart_id: 'a' }, { by: 'ada', at: 1 })).toMatchObject([{ profileId: 'ada' }]);
    expect(shop.hear('Product Added', { ...cup, cart_id: 'a' }, { by: 'bea', at: 2 })).toMatchObject([{ profileId: 'ada' }]);
    expect(shop.states).toEqual(['cart-1 of ada open [a] 1mug,1cup']);
  });
});
