import { type Kysely, sql } from 'kysely';

/** What parts all buyers into fifths by how lately, how often and for how much they bought: a version a day. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table rfm_bounds (
      version serial primary key,
      made_at bigint not null,
      people integer not null,
      currency text,
      recency jsonb not null,
      frequency jsonb not null,
      monetary jsonb not null
    )`.execute(db);
}
