import { type Kysely, sql } from 'kysely';

/** Carts that become one, and people who do, look for live entries by cart: without this, through all entries there ever were. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index entries_cart on entries (cart_id) where cart_id is not null and state <> 'finished'`.execute(db);
}
