import { type Kysely, sql } from 'kysely';

/**
 * How the last turn of an entry failed, how often in a row in that way, and when last: after three times it is stuck. A turn that works
 * empties them.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table entries add column fault text, add column fault_count integer not null default 0, add column fault_real bigint`.execute(
    db,
  );
  await sql`create index entries_failing on entries (fault_count) where fault_count >= 3 and state <> 'finished'`.execute(db);
}
