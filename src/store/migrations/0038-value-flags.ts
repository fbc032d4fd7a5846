import { type Kysely, sql } from 'kysely';

/** Values that seem wrong, by a code: what was given stands where it stands, and is not copied here. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table value_flags (
      seq bigserial primary key,
      profile_id text not null references profiles(id),
      kind text not null check (kind in ('trait', 'answer')),
      field text not null,
      code text not null,
      at bigint not null,
      unique (profile_id, kind, field)
    )`.execute(db);
}
