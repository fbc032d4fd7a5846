import { type Kysely, sql } from 'kysely';

/** Which source an event came by, and reads it again when it is replayed. Null: Segment's, from before it was kept, or Sojourn's own. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table events add column source text`.execute(db);
}
