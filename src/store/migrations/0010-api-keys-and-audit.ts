import { type Kysely, sql } from 'kysely';

/**
 * API keys with scopes, an end and a parent, and the audit log. A key without scopes was made before there were any, or by a build that
 * knows none: it opens everything. Rows of the log can only be added, by everyone, except by its retention, which says so in its own
 * transaction.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table api_keys
    add column scopes text[],
    add column expires_at bigint,
    add column parent_id text,
    add column replaces text,
    add column last_used_at bigint`,
  `create index api_keys_parent on api_keys (parent_id) where parent_id is not null`,

  `create table audit_log (
    seq bigint generated always as identity primary key,
    at bigint not null,
    act text not null,
    -- read, change
    kind text not null,
    -- api-key, mail-token, person, system
    actor_kind text not null,
    -- The id of the key; null for others.
    actor_id text,
    -- Whom it was about. Ids of profiles stay when their data is erased.
    profile_ids text[] not null default '{}',
    -- What else it was about, by our own id or the name of a journey, policy or template.
    subject text,
    request_id text,
    -- The status of the answer where it was known when this was written: of reads. For changes see audit_outcomes.
    status integer
  )`,
  `create index audit_log_at on audit_log (at, seq)`,
  `create index audit_log_actor on audit_log (actor_id, seq) where actor_id is not null`,
  `create index audit_log_act on audit_log (act, seq)`,
  `create index audit_log_profiles on audit_log using gin (profile_ids)`,

  // What became of a change that had been written down. Without a row: it was cut off, or is under way.
  `create table audit_outcomes (
    seq bigint primary key references audit_log (seq) on delete cascade,
    status integer not null
  )`,

  `create function audit_is_kept() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' and current_setting('sojourn.audit_retention', true) = 'on' then return old; end if;
    raise exception 'The audit log can be added to, not changed.';
  end $$`,
  `create trigger audit_log_kept before update or delete on audit_log for each row execute function audit_is_kept()`,
  `create trigger audit_outcomes_kept before update or delete on audit_outcomes for each row execute function audit_is_kept()`,
];
