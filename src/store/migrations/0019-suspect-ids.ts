import { type Kysely, sql } from 'kysely';

/** User ids that name nobody, or seem to: refused ones, and those that collected more people than one within a day. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create table suspect_ids (
    value text primary key,
    why text not null check (why in ('placeholder', 'crowded')),
    since_at bigint not null,
    seen_at bigint not null
  )`.execute(db);
}
