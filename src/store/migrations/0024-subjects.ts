import { type Kysely, sql } from 'kysely';

/**
 * What facts and entries are about beside a person and a cart, such as an order: `[{"kind":"order","id":"1001"}]`; null: nothing. Entries
 * may wait for facts by any kind of subject. The build before leaves the columns alone, and matches only waits by person and by cart.
 * Personal data: the shop's ids of orders are in it, and an erase takes them away.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table facts add column subjects jsonb`.execute(db);
  await sql`alter table entries add column subjects jsonb`.execute(db);
  await sql`alter table waits drop constraint waits_by_kind_check`.execute(db);
}
