import { subscribe, subscriptions } from '../../sources/shopify/admin/documents.js';
import { nodesOf } from '../../sources/shopify/admin/nodes.js';
import { record, records, text } from '../../sources/shopify/fields.js';
import { subscribedTopics } from '../../sources/shopify/subscriptions.js';
import type { Fields } from '../../sources/source.js';
import { keepRegistered, readShopReconcile } from '../../store/shop-reconciles.js';
import type { AppDeps } from '../deps.js';
import type { ShopAdmin } from '../ports.js';
import { answerOf, pagesOf } from './paged.js';

/** How the webhooks stand at Shopify that lead to Sojourn. */
export interface Subscribed {
  /** Topics that come to Sojourn whole. */
  readonly present: readonly string[];
  /** Topics that do not come to it, of those that it asks for. */
  readonly missing: readonly string[];
  /** Topics that come to it only in part: the subscription has a filter or leaves fields out. */
  readonly narrowed: readonly string[];
}

export type Registered = Subscribed & {
  /** Topics that were set up now. */
  readonly added: readonly string[];
  /** Topics that Shopify refused, with its reason. */
  readonly refused: readonly { readonly topic: string; readonly why: string }[];
};

/** Where the webhooks of a shop come to. */
export function webhookUrlOf({ publicUrl }: Pick<AppDeps, 'publicUrl'>, shop: string): string {
  return `${publicUrl}/v1/shopify/${shop}/webhooks`;
}

/** Compares what Shopify has with what Sojourn asks for. Throws an `AdminFault`. */
export async function readSubscribed(deps: Pick<AppDeps, 'publicUrl'>, admin: ShopAdmin): Promise<Subscribed> {
  const uri = webhookUrlOf(deps, admin.shop);
  const whole = new Set<string>();
  const part = new Set<string>();
  for await (const page of pagesOf(admin, subscriptions, {}, (data) => data['webhookSubscriptions']))
    for (const one of nodesOf(page)) if (one['uri'] === uri) (isWhole(one) ? whole : part).add(String(one['topic']));
  const has = (topics: ReadonlySet<string>) => subscribedTopics.filter((topic) => topics.has(topicEnum(topic)));
  const present = has(whole);
  const narrowed = has(part).filter((topic) => !present.includes(topic));
  return { present, narrowed, missing: subscribedTopics.filter((topic) => !present.includes(topic) && !narrowed.includes(topic)) };
}

/** A filter on a field that is not there lets nothing through, without a word. */
function isWhole({ filter, includeFields, format }: Fields): boolean {
  const fields = Array.isArray(includeFields) ? (includeFields as readonly unknown[]) : [];
  return text(filter) === null && fields.length === 0 && text(format) === 'JSON';
}

/** Sets up the webhooks that are missing. From now on the rounds see to it that they stay. Throws an `AdminFault`. */
export async function register(deps: AppDeps, admin: ShopAdmin): Promise<Registered> {
  const before = await readSubscribed(deps, admin);
  const outcome = await add(deps, admin, before.missing);
  await keepRegistered(deps.store.db, admin.shop, deps.clock.now(), []);
  return standing(before, outcome);
}

/** Sets up again what Shopify dropped, of the webhooks that Sojourn had set up. Throws an `AdminFault`. */
export async function restoreSubscriptions(deps: AppDeps, admin: ShopAdmin): Promise<Registered> {
  const before = await readSubscribed(deps, admin);
  const outcome = await add(deps, admin, before.missing);
  if (outcome.added.length > 0) await keepRegistered(deps.store.db, admin.shop, deps.clock.now(), outcome.added);
  return standing(before, outcome);
}

/**
 * Compares, and sets up again what is missing where Sojourn had set it up. `isOurs` false: nobody did over the API; the webhooks of the
 * app's own file are not listed there. Throws an `AdminFault`.
 */
export async function checkSubscriptions(deps: AppDeps, admin: ShopAdmin): Promise<Registered & { readonly isOurs: boolean }> {
  const known = await readShopReconcile(deps.store.db, admin.shop);
  if (known?.registeredAt !== null && known !== null) return { ...(await restoreSubscriptions(deps, admin)), isOurs: true };
  return { ...(await readSubscribed(deps, admin)), added: [], refused: [], isOurs: false };
}

function standing(before: Subscribed, outcome: Pick<Registered, 'added' | 'refused'>): Registered {
  return { ...before, ...outcome, missing: before.missing.filter((topic) => !outcome.added.includes(topic)) };
}

async function add(deps: AppDeps, admin: ShopAdmin, topics: readonly string[]): Promise<Pick<Registered, 'added' | 'refused'>> {
  const added: string[] = [];
  const refused: { topic: string; why: string }[] = [];
  const subscription = { uri: webhookUrlOf(deps, admin.shop), format: 'JSON' };
  for (const topic of topics) {
    const data = await answerOf(admin, subscribe, { topic: topicEnum(topic), subscription });
    const errors = records(record(data['webhookSubscriptionCreate'])['userErrors']);
    const why = errors.map((error) => text(error['message']) ?? 'refused').join(' ');
    // An attempt whose answer was lost had set it up.
    if (errors.length === 0 || /already been taken/i.test(why)) added.push(topic);
    else refused.push({ topic, why: why.slice(0, 200) });
  }
  return { added, refused };
}

/** `orders/create` is ORDERS_CREATE to GraphQL. */
function topicEnum(topic: string): string {
  return topic.replaceAll(/[/.]/g, '_').toUpperCase();
}
