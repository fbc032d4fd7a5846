import { type Kysely, sql } from 'kysely';

/**
 * What journeys have to tell the shop's own people and programs: written with the turn, told by a loop until it is taken. `next_real`: when
 * it is tried next, in real milliseconds; null: never again.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table calls (
      id text primary key,
      kind text not null check (kind in ('webhook', 'notice', 'task')),
      receiver text not null,
      profile_id text not null references profiles(id),
      entry_id text not null,
      journey_id text not null,
      step text not null,
      visit integer not null,
      order_id text,
      data jsonb not null,
      is_awaited boolean not null,
      state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
      attempts integer not null default 0,
      code text,
      created_at bigint not null,
      settled_at bigint,
      next_real bigint
    )`.execute(db);
  await sql`create index calls_due on calls (next_real) where next_real is not null`.execute(db);
  await sql`create index calls_failed on calls (receiver) where state = 'failed'`.execute(db);
  await sql`create index calls_profile on calls (profile_id)`.execute(db);
  await sql`create index calls_created on calls (created_at)`.execute(db);
}
