import { claimReconcile, putOffReconcile } from '../../store/shop-reconciles.js';
import type { AppDeps } from '../deps.js';
import { AdminFault } from './paged.js';
import { reconcile, reconcileAgainMs, reconcileEveryMs, reconcileLeaseMs } from './reconcile.js';
import { restoreSubscriptions } from './subscriptions.js';

/**
 * When a round is due: asks the shop what changed, and sets up again what Shopify dropped of the webhooks that Sojourn had set up. One
 * process at a time. When the shop cannot be asked, it is asked again soon, and less often the longer it lasts.
 */
export async function tendShopify(deps: AppDeps): Promise<void> {
  const { shopAdmin, store, clock, log } = deps;
  if (shopAdmin === undefined) return;
  const { shop } = shopAdmin;
  const claimed = await claimReconcile(store.db, shop, reconcileLeaseMs);
  if (claimed === null) return;
  const failingMs = claimed.failedAt === null ? 0 : clock.now() - claimed.failedAt;
  let pauseMs = Math.min(reconcileEveryMs, Math.max(reconcileAgainMs, failingMs));
  try {
    await reconcile(deps, shopAdmin);
    if (claimed.registeredAt !== null) await restoreSubscriptions(deps, shopAdmin);
    pauseMs = reconcileEveryMs;
  } catch (fault) {
    if (!(fault instanceof AdminFault)) throw fault;
    log.warn({ code: fault.failure.code }, 'Shopify could not be asked what changed; it is asked again.');
  } finally {
    await putOffReconcile(store.db, shop, pauseMs);
  }
}
