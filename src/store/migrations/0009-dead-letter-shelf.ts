import { type Kysely, sql } from 'kysely';

/** What cannot be taken is kept for a while and up to a number: the oldest of a source are found and dropped. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index dead_letters_by_source on dead_letters (source, (resolved_at is null), id)`.execute(db);
  await sql`create index dead_letters_received on dead_letters (received_at)`.execute(db);
}
