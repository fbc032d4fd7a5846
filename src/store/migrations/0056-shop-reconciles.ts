import { type Kysely, sql } from 'kysely';

/**
 * What a connected shop has been asked: up to which instants all of its orders and open checkouts are known, when it is asked next, what
 * the last time came to, and since when Sojourn sets up its webhooks. Nothing of its customers.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table shop_reconciles (
      shop text primary key,
      orders_to bigint,
      checkouts_to bigint,
      next_real bigint not null default 0,
      succeeded_at bigint,
      failed_at bigint,
      failure text,
      found_orders bigint not null default 0,
      found_checkouts bigint not null default 0,
      last_orders integer not null default 0,
      last_checkouts integer not null default 0,
      registered_at bigint,
      restored jsonb,
      restored_at bigint
    )`.execute(db);
}
