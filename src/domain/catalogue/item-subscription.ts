import type { Instant } from '../time/instant.js';

/** What somebody who subscribed to a product waits for. */
export type ProductChangeKind = 'restocked' | 'price_dropped';

/** Track calls of the shop's own by these names; journeys hear them as any other. */
export const itemSubscribed = 'event:Item Subscribed';
export const itemUnsubscribed = 'event:Item Unsubscribed';

/** What a person said of one product, or heard of it. */
export interface SubscriptionFact {
  readonly name: string;
  readonly at: Instant;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface ProductChange {
  readonly what: ProductChangeKind;
  /** The price now, and before; null: not known, or it is not about the price. */
  readonly price: number | null;
  readonly was: number | null;
}

const factOf: Readonly<Record<ProductChangeKind, string>> = { restocked: 'product.restocked', price_dropped: 'product.price_dropped' };

/**
 * Does the person wait for this? By their newest word on it; one of no counts before one of yes at the same instant. Each subscription is
 * answered once: who wants to hear again subscribes again.
 */
export function waitsFor(facts: readonly SubscriptionFact[], change: ProductChange): boolean {
  const yes = newest(facts.filter((fact) => fact.name === itemSubscribed && wants(fact, change)));
  if (yes === null) return false;
  const ended = newest(facts.filter((fact) => fact.name === factOf[change.what] || (fact.name === itemUnsubscribed && ends(fact, change))));
  return ended === null || yes.at > ended.at;
}

/** `for` says what; without it, the return of the product. With `price`, only a price of no more than that. */
function wants({ properties }: SubscriptionFact, { what, price }: ProductChange): boolean {
  if (meantBy(properties['for']) !== what) return false;
  const most = properties['price'];
  return what === 'restocked' || typeof most !== 'number' || (price !== null && price <= most);
}

/** Read leniently: what cannot be read ends all. */
function ends({ properties }: SubscriptionFact, { what }: ProductChange): boolean {
  const said = properties['for'];
  const meant = said === undefined || said === null ? null : meantBy(said);
  return meant === null || meant === what;
}

function meantBy(said: unknown): ProductChangeKind | null {
  if (said === undefined || said === null) return 'restocked';
  if (typeof said !== 'string') return null;
  const word = said
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (word === 'back_in_stock' || word === 'restock' || word === 'stock') return 'restocked';
  return word === 'price' || word === 'price_drop' ? 'price_dropped' : null;
}

function newest(facts: readonly SubscriptionFact[]): SubscriptionFact | null {
  return facts.reduce<SubscriptionFact | null>((last, fact) => (last === null || fact.at >= last.at ? fact : last), null);
}
