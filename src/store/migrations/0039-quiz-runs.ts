import { type Kysely, sql } from 'kysely';

/** How far people are in quizzes, and answers that came by a link in a message and wait for a sign that a person followed it. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table quiz_runs (
      seq bigserial primary key,
      profile_id text not null references profiles(id),
      quiz text not null,
      version integer not null,
      given jsonb not null default '{}',
      started_at bigint not null,
      updated_at bigint not null,
      completed_at bigint
    )`.execute(db);
  await sql`create unique index quiz_runs_open on quiz_runs (profile_id, quiz) where completed_at is null`.execute(db);
  await sql`create index quiz_runs_profile on quiz_runs (profile_id, quiz, seq desc)`.execute(db);
  await sql`
    create table one_clicks (
      seq bigserial primary key,
      profile_id text not null references profiles(id),
      message_id text not null,
      quiz text not null,
      question text not null,
      answer text not null,
      verdict text not null check (verdict in ('pending', 'machine', 'counted', 'confirmed', 'unclear')),
      reason text,
      at bigint not null
    )`.execute(db);
  await sql`create index one_clicks_message on one_clicks (message_id, at)`.execute(db);
  await sql`create index one_clicks_pending on one_clicks (at) where verdict = 'pending'`.execute(db);
  await sql`create index one_clicks_profile on one_clicks (profile_id)`.execute(db);
}
