import { type Kysely, sql } from 'kysely';

/**
 * What write keys said can be undone, ids among it; what they tried and may not is counted; a write key that was replaced goes on for a
 * while, and says when it was last used.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table key_acts drop constraint key_acts_kind_check`,
  `alter table key_acts add constraint key_acts_kind_check check (kind in ('traits', 'consent', 'claim', 'identity'))`,
  `create index key_acts_received on key_acts (received_at)`,

  // By the code that `event show` notes. No person is in it.
  `create table key_refusals (
    key_id text not null,
    what text not null,
    n bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    primary key (key_id, what)
  )`,

  `alter table write_keys
    -- From then on it opens nothing. Null: it does not end by itself.
    add column ends_at bigint,
    add column last_used_at bigint`,
];
