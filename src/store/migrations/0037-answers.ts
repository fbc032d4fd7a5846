import { type Kysely, sql } from 'kysely';

/**
 * What people said to questions, each answer a row: the newest of a name counts. Values of special fields are encrypted before they come
 * here.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table answers (
      seq bigserial primary key,
      profile_id text not null references profiles(id),
      name text not null,
      value jsonb,
      source text not null,
      quiz text,
      version integer,
      purpose text,
      answered_at bigint not null,
      expires_at bigint not null,
      recorded_at bigint not null,
      event_id text,
      consent jsonb
    )`.execute(db);
  await sql`create index answers_profile on answers (profile_id, name, answered_at desc)`.execute(db);
  await sql`create index answers_retention on answers (name, answered_at)`.execute(db);
}
