import { type Kysely, sql } from 'kysely';

/**
 * What people of the team are to do for customers, and why marketing to a person waits. `ends_with`: what ends a hold before `until`; null
 * in `released_at`: nobody ended it.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table tasks (
      id text primary key,
      profile_id text not null references profiles(id),
      entry_id text not null,
      journey_id text not null,
      step text not null,
      reason text not null,
      title text not null,
      priority text not null check (priority in ('urgent', 'high', 'normal', 'low')),
      order_id text,
      because jsonb not null,
      opened_at bigint not null,
      due_at bigint,
      assignee text,
      closed_at bigint,
      closed_by text,
      note text
    )`.execute(db);
  await sql`create index tasks_profile on tasks (profile_id)`.execute(db);
  await sql`create index tasks_open on tasks (opened_at) where closed_at is null`.execute(db);
  await sql`create index tasks_opened on tasks (opened_at)`.execute(db);
  await sql`
    create table holds (
      id text primary key,
      profile_id text not null references profiles(id),
      ends_with text not null check (ends_with in ('task', 'ticket', 'time')),
      task_id text,
      reason text not null,
      since bigint not null,
      until bigint not null,
      made_by text not null,
      released_at bigint,
      released_by text
    )`.execute(db);
  await sql`create index holds_profile on holds (profile_id) where released_at is null`.execute(db);
  await sql`create index holds_task on holds (task_id) where task_id is not null`.execute(db);
}
