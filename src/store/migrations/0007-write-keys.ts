import { type Kysely, sql } from 'kysely';

/**
 * Two kinds of write keys, and what is remembered of who told what: which key told an event, claims about known people that were not used,
 * acts that can be undone, merges that can be taken apart. Keys of before become browser keys: they stand in browsers.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table write_keys add column kind text not null default 'browser' check (kind in ('browser', 'server'))`,
  // The first of the keys that were rotated into this one: a client's second attempt may come with the next key. Null: its own id.
  `alter table write_keys add column lineage text`,

  // Null: before there were two kinds, or Sojourn itself.
  `alter table events add column key_id text`,
  // The client's own id, where another event had it already and message_id is one of ours.
  `alter table events add column told_id text`,
  `create index events_told on events (told_id) where told_id is not null`,
  // 'browser': a browser key told it. Null: a server key, a page, the API, or before.
  `alter table identities add column told_by text`,
  `alter table consents add column told_by text`,
  // What it was before it was undone; it is 'expired' since.
  `alter table consents add column undone_state text`,
  // With which key it came, and whether the person was vouched for.
  `alter table dead_letters add column speaker jsonb`,

  `create table claims (
    seq bigserial primary key,
    profile_id text not null references profiles(id),
    kind text not null check (kind in ('email', 'phone', 'user', 'anonymous')),
    value text not null,
    event_id text not null,
    key_id text,
    at bigint not null,
    received_at bigint not null
  )`,
  `create unique index claims_once on claims (profile_id, kind, value)`,

  `create table merges (
    id text primary key,
    from_id text not null references profiles(id),
    into_id text not null references profiles(id),
    event_id text,
    key_id text,
    at bigint not null,
    -- Both people as they were, and which rows were moved. Personal data.
    kept jsonb not null,
    undone_at bigint
  )`,
  `create index merges_from on merges (from_id)`,
  `create index merges_into on merges (into_id)`,
  `create index merges_at on merges (at)`,

  `create table key_acts (
    seq bigserial primary key,
    key_id text not null,
    profile_id text not null references profiles(id),
    event_id text not null,
    kind text not null check (kind in ('traits', 'consent', 'claim')),
    at bigint not null,
    received_at bigint not null,
    -- What is needed to undo it: traits as they were before. Personal data.
    kept jsonb not null default '{}',
    undone_at bigint
  )`,
  `create index key_acts_key on key_acts (key_id, received_at)`,
  `create index key_acts_profile on key_acts (profile_id)`,

  `create table key_hours (
    key_id text not null,
    hour bigint not null,
    what text not null,
    n bigint not null,
    primary key (key_id, hour, what)
  )`,
];
