import { type Kysely, sql } from 'kysely';

/** In which segment of the experiment's somebody was when they came to their arm, and decisions that give segments arms of their own. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table exposures add column segment text`.execute(db);
  await sql`alter table experiment_acts add column segments jsonb`.execute(db);
}
