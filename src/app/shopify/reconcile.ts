import { day, hour, type Instant, minute } from '../../domain/time/instant.js';
import {
  changedCheckouts,
  changedOrders,
  checkoutLines,
  orderLines,
  refundLines,
  wholeCheckout,
  wholeOrder,
  wholeRefund,
} from '../../sources/shopify/admin/documents.js';
import { nodesOf, readFoundCheckout, readFoundOrder, refundBody } from '../../sources/shopify/admin/nodes.js';
import { gidDigits, record, records, text } from '../../sources/shopify/fields.js';
import { shopify } from '../../sources/shopify/source.js';
import { customerUser } from '../../sources/shopify/who.js';
import type { Fields } from '../../sources/source.js';
import { advanceReconcile, readCartsTouched, readOrderVersions, readShopReconcile, settleReconcile } from '../../store/shop-reconciles.js';
import type { AppDeps } from '../deps.js';
import { takeDelivery } from '../ingest/take-delivery.js';
import type { ShopAdmin } from '../ports.js';
import { AdminFault, answerOf, pagesOf } from './paged.js';

/** What was asked before is asked again for so long: Shopify's search is a little behind its shop. */
const overlapMs = 15 * minute;
/** How far back a shop is asked the first time. */
const firstMs = day;
/** Shopify leaves out older orders without a word, unless the app may read all. */
const reachMs = 60 * day;
/** A cart that was touched so shortly before is that of the checkout. */
const sameTouchMs = 2 * minute;

export interface Found {
  readonly orders: number;
  readonly checkouts: number;
}

/**
 * Asks the shop for the orders and the open checkouts that changed since the last good instant, and takes those that no webhook told of, by
 * the same reading as webhooks. Nothing counts twice, in whatever order webhooks and rounds come. Throws an `AdminFault`; what was taken
 * until then stays, and the next round goes on there.
 */
export async function reconcile(deps: AppDeps, admin: ShopAdmin): Promise<Found> {
  const at = deps.clock.now();
  const before = await readShopReconcile(deps.store.db, admin.shop);
  const found = { orders: 0, checkouts: 0 };
  try {
    await takeOrders(deps, admin, { since: sinceOf(before?.ordersTo ?? null, at), at, found });
    await takeCheckouts(deps, admin, { since: sinceOf(before?.checkoutsTo ?? null, at), at, found });
  } catch (fault) {
    const sentence = fault instanceof AdminFault ? fault.message : 'What was found could not be stored.';
    await settleReconcile(deps.store.db, admin.shop, { kind: 'failed', at, sentence, ...found });
    throw fault;
  }
  await settleReconcile(deps.store.db, admin.shop, { kind: 'good', at, ...found });
  return found;
}

interface Round {
  readonly since: Instant;
  readonly at: Instant;
  readonly found: { orders: number; checkouts: number };
}

function sinceOf(last: Instant | null, now: Instant): Instant {
  return Math.max((last ?? now - firstMs) - overlapMs, now - reachMs);
}

/** As Shopify's search writes it. */
const changedSince = (since: Instant): Fields => ({ since: `updated_at:>='${new Date(since).toISOString()}'` });

/** The oldest change first, so that each page moves the good instant on, also where a later one fails. */
async function takeOrders(deps: AppDeps, admin: ShopAdmin, { since, at, found }: Round): Promise<void> {
  let isAll = true;
  for await (const page of pagesOf(admin, changedOrders, changedSince(since), (data) => data['orders'])) {
    const changed = nodesOf(page).flatMap(changeOf);
    const known = await readOrderVersions(
      deps.store.db,
      changed.map(({ number }) => number),
    );
    for (const order of changed.filter(({ number, updatedAt }) => (known.get(number) ?? 0) < updatedAt)) {
      await takeOrder(deps, admin, order.id);
      found.orders += 1;
    }
    const to = changed.at(-1)?.updatedAt;
    if (to !== undefined) await advanceReconcile(deps.store.db, admin.shop, 'orders_to', Math.min(to, at));
    isAll = record(record(page)['pageInfo'])['hasNextPage'] !== true;
  }
  if (isAll) await advanceReconcile(deps.store.db, admin.shop, 'orders_to', at);
}

function changeOf({ id, updatedAt }: Fields): readonly { readonly id: string; readonly number: string; readonly updatedAt: Instant }[] {
  const [number, at] = [gidDigits(id), Date.parse(text(updatedAt) ?? '')];
  return number === null || Number.isNaN(at) ? [] : [{ id: String(id), number, updatedAt: at }];
}

async function takeOrder(deps: AppDeps, admin: ShopAdmin, id: string): Promise<void> {
  const order = record((await answerOf(admin, wholeOrder, { id }))['order']);
  // Deleted since.
  if (text(order['id']) === null) return;
  const lines = await gathered(admin, orderLines, id, (data) => record(data['order'])['lineItems']);
  const refunds: Fields[] = [];
  for (const { id: refundId } of records(order['refunds'])) refunds.push(await wholeRefundOf(admin, String(refundId)));
  await takeDelivery(deps, shopify, readFoundOrder(order, { lines, refunds }), '');
}

async function wholeRefundOf(admin: ShopAdmin, id: string): Promise<Fields> {
  const refund = record((await answerOf(admin, wholeRefund, { id }))['refund']);
  return refundBody(refund, await gathered(admin, refundLines, id, (data) => record(data['refund'])['refundLineItems']));
}

async function gathered(admin: ShopAdmin, document: string, id: string, listIn: (data: Fields) => unknown): Promise<readonly Fields[]> {
  const all: Fields[] = [];
  for await (const page of pagesOf(admin, document, { id }, listIn)) all.push(...nodesOf(page));
  return all;
}

async function takeCheckouts(deps: AppDeps, admin: ShopAdmin, { since, at, found }: Round): Promise<void> {
  for await (const page of pagesOf(admin, changedCheckouts, changedSince(since), (data) => data['abandonedCheckouts'])) {
    // Bought: the order says so itself. Without a customer nobody can be reminded.
    const open = nodesOf(page).filter((one) => text(one['completedAt']) === null && userOf(one) !== null);
    const touched = await readCartsTouched(
      deps.store.db,
      open.flatMap((one) => userOf(one) ?? []),
    );
    for (const checkout of open.filter((one) => !isKnown(one, touched))) {
      await takeCheckout(deps, admin, String(checkout['id']));
      found.checkouts += 1;
    }
  }
  await advanceReconcile(deps.store.db, admin.shop, 'checkouts_to', at);
}

async function takeCheckout(deps: AppDeps, admin: ShopAdmin, id: string): Promise<void> {
  const checkout = record((await answerOf(admin, wholeCheckout, { id }))['node']);
  if (text(checkout['id']) === null) return;
  const lines = await gathered(admin, checkoutLines, id, (data) => record(data['node'])['lineItems']);
  await takeDelivery(deps, shopify, readFoundCheckout(checkout, lines), '');
}

function userOf(checkout: Fields): string | null {
  const customer = gidDigits(record(checkout['customer'])['id']);
  return customer === null ? null : customerUser(customer);
}

function isKnown(checkout: Fields, touched: ReadonlyMap<string, Instant>): boolean {
  const at = Date.parse(text(checkout['updatedAt']) ?? '');
  return Number.isNaN(at) || (touched.get(userOf(checkout) ?? '') ?? 0) >= at - sameTouchMs;
}

/** Real milliseconds: between rounds, after one that failed, and until another process takes over from one that died. */
export const reconcileEveryMs = hour / 4;
export const reconcileAgainMs = 2 * minute;
export const reconcileLeaseMs = hour / 2;
