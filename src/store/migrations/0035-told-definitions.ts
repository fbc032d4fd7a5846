import { type Kysely, sql } from 'kysely';

/** Whether journeys hear of everybody whom this version moves; they do not unless it was asked for when it was published. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table definition_versions add column tells boolean not null default false`.execute(db);
}
