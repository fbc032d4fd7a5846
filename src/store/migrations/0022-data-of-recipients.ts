import { type Kysely, sql } from 'kysely';

/** What a list says of each recipient beside the id. Personal data: an erase takes it away. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table broadcast_recipients add column data jsonb`.execute(db);
}
