import { type Kysely, sql } from 'kysely';

/**
 * Who answered an attempt, and in what words. Which secret signed from when on, by its fingerprint, so that another one is refused and what
 * is made of a secret comes out the same after a rotation.
 * `since_at` of the first era is 0: it holds for all that was there before it was noted.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create table secret_eras (
    seq bigserial primary key,
    fingerprint text not null,
    place text not null,
    since_at bigint not null,
    retired_at bigint
  )`.execute(db);
  // By which secret the hash was made. Null: by that of the first era.
  await sql`alter table suppressions add column made_by text`.execute(db);
  // Without personal data: `withoutPersonalData`.
  await sql`alter table attempts add column host text, add column reply text`.execute(db);
}
