import { type Kysely, sql } from 'kysely';

/**
 * What a fact says beside its name, for conditions on it after a merge: its event has what the client sent, and not what was worked out,
 * such as the value of the cart. Null: it was written by a build of before. Personal data: an erase takes it away.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table facts add column properties jsonb`.execute(db);
}
