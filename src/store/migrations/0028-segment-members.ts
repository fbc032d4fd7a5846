import { type Kysely, sql } from 'kysely';

/**
 * Who belongs to which segment since when and why, when a person is to be looked at next, how far a new definition has been filled, and how
 * large segments were.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table segment_members (
      seq bigserial primary key,
      segment_id text not null,
      profile_id text not null references profiles(id),
      version integer not null,
      since bigint not null,
      because jsonb not null,
      unique (profile_id, segment_id)
    )`.execute(db);
  await sql`create index segment_members_segment on segment_members (segment_id, profile_id)`.execute(db);
  await sql`create table segment_reviews (profile_id text primary key references profiles(id), due_at bigint not null)`.execute(db);
  await sql`create index segment_reviews_due on segment_reviews (due_at)`.execute(db);
  await sql`
    create table segment_fills (
      segment_id text not null,
      version integer not null,
      started_at bigint not null,
      begins_real bigint not null,
      after_id text not null default '',
      seen integer not null default 0,
      finished_at bigint,
      primary key (segment_id, version)
    )`.execute(db);
  await sql`
    create table segment_sizes (
      segment_id text not null,
      at bigint not null,
      size integer not null,
      primary key (segment_id, at)
    )`.execute(db);
}
