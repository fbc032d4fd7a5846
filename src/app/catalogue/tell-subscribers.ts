import { type ProductChange, waitsFor } from '../../domain/catalogue/item-subscription.js';
import { isInStock, type Product, priceOf } from '../../domain/catalogue/product.js';
import type { Fact } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { advanceChange, lockNextChange, type StoredChange, subscribersAfter, subscriptionFacts } from '../../store/product-changes.js';
import { findProduct } from '../../store/products.js';
import { lockProfiles } from '../../store/profiles.js';
import type { AppDeps } from '../deps.js';
import { movedBy, tellFacts } from '../ingest/tell-facts.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments' | 'secret'>;

/** People of one transaction: their profiles are locked as long as it takes. */
const atOnce = 50;

/** What a newer telling of a product means to those who wait for it. What nobody knew before is no change. */
export function changesOf(before: Product | null, after: Product | null): readonly ProductChange[] {
  if (before === null || after === null) return [];
  const [was, price] = [priceOf(before), priceOf(after)];
  const isBack = !isInStock(before) && isInStock(after);
  const isCheaper = was !== null && price !== null && price < was && isInStock(after);
  return [
    ...(isBack ? [{ what: 'restocked', price, was: null } as const] : []),
    ...(isCheaper ? [{ what: 'price_dropped', price, was } as const] : []),
  ];
}

/** Tells those who wait for a product that it came back or became cheaper, until nobody is left. Any process may do it, and be killed. */
export async function tellSubscribers(deps: Deps): Promise<void> {
  for (;;) {
    const { isDone, wakes } = await deps.store.transaction((trx) => tellSome(deps, trx));
    if (wakes) deps.notifyRelay();
    if (isDone) return;
  }
}

async function tellSome(deps: Deps, trx: Trx): Promise<{ readonly isDone: boolean; readonly wakes: boolean }> {
  const change = await lockNextChange(trx);
  if (change === null) return { isDone: true, wakes: false };
  const present = asOfNow(change, (await findProduct(trx, change.productId))?.product ?? null);
  const ids = present === null ? [] : await subscribersAfter(trx, change, atOnce);
  const wakes = present !== null && ids.length > 0 && (await tellThese(deps, trx, present, ids));
  await advanceChange(trx, change, ids.at(-1) ?? null);
  return { isDone: false, wakes };
}

/** At today's price. Null: sold out again, or dearer again, before anybody heard of it, which is no news. */
function asOfNow(change: StoredChange, product: Product | null): StoredChange | null {
  if (product === null || !isInStock(product)) return null;
  const price = priceOf(product);
  const isDearer = change.was !== null && (price === null || price >= change.was);
  return isDearer ? null : { ...change, price };
}

async function tellThese(deps: Deps, trx: Trx, change: StoredChange, ids: readonly ProfileId[]): Promise<boolean> {
  await lockProfiles(trx, ids);
  const said = await subscriptionFacts(trx, change.productId, ids);
  const waiting = ids.filter((id) => waitsFor(said.get(id) ?? [], change));
  if (waiting.length === 0) return false;
  const facts = waiting.map((id) => ({ fact: factFor(id, change, deps.clock.now()), trigger: true }));
  return (await tellFacts(trx, deps, { facts, people: movedBy(facts) })).wakes;
}

function factFor(profileId: ProfileId, { seq, productId, what, price, was }: StoredChange, at: Instant): Fact {
  return {
    name: what === 'restocked' ? 'product.restocked' : 'product.price_dropped',
    profileId,
    at,
    eventId: `product-change:${seq}:${profileId}`,
    properties: { product_id: productId, price, ...(was === null ? {} : { was }) },
  };
}
