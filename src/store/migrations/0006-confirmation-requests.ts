import { type Kysely, sql } from 'kysely';

/**
 * Which addresses were asked to confirm a consent in the last day, by keyed hash, so that no form can flood one, under any name; and why
 * nobody was asked about an act.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create table confirmation_requests (
    channel text not null,
    hash text not null,
    asked_at bigint not null,
    primary key (channel, hash)
  )`.execute(db);
  await sql`create index confirmation_requests_asked on confirmation_requests (asked_at)`.execute(db);
  await sql`alter table consents add column not_asked text`.execute(db);
}
