import { type Kysely, sql } from 'kysely';

/** When the first person came to an experiment, without reading all of them. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index exposures_at on exposures (experiment, seed, at)`.execute(db);
}
