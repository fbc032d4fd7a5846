import { type Kysely, sql } from 'kysely';

/** Products that came back or became cheaper, until those who wait for that have heard of it; and who waits, found by the product. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table product_changes (
      seq bigserial primary key,
      product_id text not null,
      what text not null check (what in ('restocked', 'price_dropped')),
      at bigint not null,
      price double precision,
      was double precision,
      after_id text not null default ''
    )`.execute(db);
  await sql`create index facts_item_subscriptions on facts ((properties ->> 'product_id'), profile_id)
    where name in ('event:Item Subscribed', 'event:Item Unsubscribed')`.execute(db);
}
