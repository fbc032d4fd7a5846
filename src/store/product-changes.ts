import { type RawBuilder, sql } from 'kysely';
import { itemSubscribed, itemUnsubscribed, type ProductChange, type SubscriptionFact } from '../domain/catalogue/item-subscription.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Trx } from './db.js';
import { rowsOf } from './write-together.js';

export interface StoredChange extends ProductChange {
  readonly seq: number;
  readonly productId: string;
  readonly at: Instant;
  /** Those up to here have been looked at. */
  readonly afterId: string;
}

export function writeProductChanges(changes: readonly Omit<StoredChange, 'seq' | 'afterId'>[]): RawBuilder<unknown> | null {
  if (changes.length === 0) return null;
  return sql`insert into product_changes (product_id, what, at, price, was)
    select "productId", what, at, price, was
    from ${rowsOf(changes)} as r("productId" text, what text, at bigint, price double precision, was double precision) returning 1`;
}

/** The oldest that nobody else is at, locked; null: none. */
export async function lockNextChange(trx: Trx): Promise<StoredChange | null> {
  const { rows } = await sql<StoredChange>`
    select seq, product_id as "productId", what, at, price, was, after_id as "afterId" from product_changes
    order by seq limit 1 for update skip locked`.execute(trx);
  return rows[0] ?? null;
}

/** Who ever subscribed to the product, by profile id. */
export async function subscribersAfter(trx: Trx, { productId, afterId }: StoredChange, limit: number): Promise<readonly ProfileId[]> {
  const { rows } = await sql<{ id: ProfileId }>`
    select distinct profile_id as id from facts where name in ('event:Item Subscribed', 'event:Item Unsubscribed') and name = ${itemSubscribed}
      and properties ->> 'product_id' = ${productId} and profile_id > ${afterId} order by profile_id limit ${limit}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** What these people said of the product, and heard of it. */
export async function subscriptionFacts(
  trx: Trx,
  productId: string,
  ids: readonly ProfileId[],
): Promise<ReadonlyMap<ProfileId, readonly SubscriptionFact[]>> {
  const { rows } = await sql<SubscriptionFact & { readonly profileId: ProfileId }>`
    select profile_id as "profileId", name, at, properties from facts where profile_id = any(${ids})
      and name in (${itemSubscribed}, ${itemUnsubscribed}, 'product.restocked', 'product.price_dropped')
      and properties ->> 'product_id' = ${productId} order by at, seq`.execute(trx);
  const said = new Map<ProfileId, SubscriptionFact[]>();
  for (const { profileId, ...fact } of rows) said.set(profileId, [...(said.get(profileId) ?? []), fact]);
  return said;
}

/** `last` null: nobody is left, and it is done with. */
export async function advanceChange(trx: Trx, { seq }: StoredChange, last: ProfileId | null): Promise<void> {
  if (last === null) await sql`delete from product_changes where seq = ${seq}`.execute(trx);
  else await sql`update product_changes set after_id = ${last} where seq = ${seq}`.execute(trx);
}
