import { type Kysely, sql } from 'kysely';

/** Files that are imported: what they are known again by, how they are read, and how far they are. Nothing of what is in them. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table imports (
      id text primary key,
      kind text not null,
      file text not null,
      digest text not null unique,
      mapping jsonb not null,
      header jsonb not null,
      triggers boolean not null,
      as_of bigint not null,
      position bigint not null default 0,
      taken bigint not null default 0,
      faulty bigint not null default 0,
      silent jsonb not null default '{}',
      started_at bigint not null,
      updated_at bigint not null,
      finished_at bigint
    )`.execute(db);
}
