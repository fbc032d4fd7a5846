import { type Kysely, sql } from 'kysely';

/**
 * Events and facts are only ever written under the lock of their profile, and profiles are never deleted: to look each of them up again
 * cost a third of the insert.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table events drop constraint events_profile_id_fkey`.execute(db);
  await sql`alter table facts drop constraint facts_profile_id_fkey`.execute(db);
}
