import { type Kysely, sql } from 'kysely';

/**
 * A turn asks when its person last entered the journey and how often they are in it. By person alone the planner, as long as its statistics
 * are young, went through all open entries of the journey. Lists by person sort what they find; a person has few entries.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index entries_person on entries (profile_id, journey_id)`.execute(db);
  await sql`drop index entries_profile`.execute(db);
}
