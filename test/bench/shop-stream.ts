/** One event as Segment's clients send it. */
export type SegmentCall = Readonly<Record<string, unknown>> & { readonly type: 'identify' | 'page' | 'track' };

/** What one visitor does, in order; a third of them buy. */
const visit = [
  'page',
  'Product Viewed',
  'page',
  'Product Viewed',
  'Product Added',
  'identify',
  'Cart Viewed',
  'Product Added',
  'Checkout Started',
  'Order Completed',
] as const;

/** Visitors whose events arrive mixed, as those of a shop's server do. */
const visitorsAtOnce = 20;

interface Visitor {
  readonly id: string;
  readonly buys: boolean;
  at: number;
}

/** The events of one client of a shop, one by one, without end. `client`: tells its visitors from those of others. */
export class ShopStream {
  readonly #client: string;
  readonly #visitors: Visitor[] = [];
  #people = 0;
  #events = 0;

  constructor(client: string) {
    this.#client = client;
    for (let index = 0; index < visitorsAtOnce; index += 1) this.#visitors.push({ ...this.#newcomer(), at: index % visit.length });
  }

  next(): SegmentCall {
    const index = this.#events % visitorsAtOnce;
    const visitor = this.#visitors[index] ?? this.#newcomer();
    const call = this.#call(visitor);
    visitor.at += 1;
    if (visitor.at >= visit.length - (visitor.buys ? 0 : 1)) this.#visitors[index] = this.#newcomer();
    return call;
  }

  #newcomer(): Visitor {
    this.#people += 1;
    return { id: `${this.#client}-${this.#people}`, buys: this.#people % 3 === 0, at: 0 };
  }

  #call(visitor: Visitor): SegmentCall {
    const deed = visit[visitor.at] ?? 'page';
    const common = {
      messageId: `${this.#client}-m${++this.#events}`,
      timestamp: new Date().toISOString(),
      anonymousId: `anonymous-${visitor.id}`,
      context: { library: { name: '@segment/analytics-node', version: '3.1.0' }, ip: '203.0.113.7', locale: 'en-GB' },
    };
    const product = {
      product_id: `p-${visitor.at}`,
      sku: `sku-${visitor.at}`,
      name: 'Garden mug',
      price: 24.5,
      quantity: 1,
      currency: 'GBP',
    };
    const cart = { cart_id: `cart-${visitor.id}` };
    switch (deed) {
      case 'page':
        return { ...common, type: 'page', name: 'Home', properties: { url: 'https://shop.example/', title: 'Home', path: '/' } };
      case 'identify':
        return {
          ...common,
          type: 'identify',
          userId: `user-${visitor.id}`,
          traits: { email: `user-${visitor.id}@example.test`, firstName: 'Ada', country: 'GB' },
        };
      case 'Product Viewed':
        return { ...common, type: 'track', event: deed, properties: product };
      case 'Product Added':
        return { ...common, type: 'track', event: deed, properties: { ...cart, ...product } };
      case 'Cart Viewed':
      case 'Checkout Started':
        return { ...common, type: 'track', event: deed, properties: { ...cart, currency: 'GBP' } };
      case 'Order Completed':
        return {
          ...common,
          type: 'track',
          event: deed,
          properties: { ...cart, order_id: `order-${visitor.id}`, total: 49, currency: 'GBP', products: [product] },
        };
    }
  }
}
