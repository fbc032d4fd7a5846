import { durationWords } from '../../domain/time/duration.js';
import { hour, type Instant, minute } from '../../domain/time/instant.js';
import { readShopReconcile, type ShopReconcile } from '../../store/shop-reconciles.js';
import type { AppDeps } from '../deps.js';

/** What came of asking the shop. Null: it was never asked. */
export async function showAsked({ store }: Pick<AppDeps, 'store'>, shop: string) {
  const known = await readShopReconcile(store.db, shop);
  if (known === null) return null;
  const { succeededAt: lastAt, failedAt: failingSince, ordersTo, found, foundLast, failure, registeredAt, restored, restoredAt } = known;
  return { lastAt, ordersTo, found, foundLast, failingSince, failure, registeredAt, restored, restoredAt };
}

/** After so long without a good round, the status says so. */
const lateAfterMs = hour;

/** How asking the shop stands, as a sentence. `isLate`: what webhooks miss is not found at present. */
export function askedSentence(known: ShopReconcile | null, now: Instant): { readonly sentence: string; readonly isLate: boolean } {
  if (known === null || (known.succeededAt === null && known.failure === null))
    return { sentence: 'Shopify was not asked yet.', isLate: false };
  const { succeededAt, failure, foundLast } = known;
  const last = succeededAt === null ? 'never' : `${ago(now - succeededAt)} ago`;
  if (failure !== null) return { sentence: `Shopify cannot be asked what webhooks missed (last: ${last}). ${failure}`, isLate: true };
  const isLate = succeededAt !== null && now - succeededAt > lateAfterMs;
  const what =
    foundLast.orders + foundLast.checkouts === 0
      ? 'nothing was missing'
      : `${foundLast.orders} orders and ${foundLast.checkouts} checkouts were missing`;
  return { sentence: `Shopify was asked ${last}: ${what}.`, isLate };
}

function ago(ms: number): string {
  return durationWords(Math.max(minute, Math.floor(ms / minute) * minute));
}
