import { type Kysely, sql } from 'kysely';

/**
 * The first shape of the store. Instants are `bigint` milliseconds: `…_at` on the service clock, `…_real` on the database's own clock
 * (`real_now_ms()`), because leases and pokes must not follow a sped-up clock.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create function real_now_ms() returns bigint language sql volatile as $$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint $$`,

  `create table profiles (
    id text primary key,
    merged_into text references profiles(id),
    traits jsonb not null default '{}',
    trait_times jsonb not null default '{}',
    email text,
    phone text,
    created_at bigint not null,
    updated_at bigint not null,
    last_instant bigint not null default 0,
    erased_at bigint
  )`,
  `create index profiles_email on profiles (lower(email)) where email is not null`,
  `create index profiles_phone on profiles (phone) where phone is not null`,
  `create index profiles_merged on profiles (merged_into) where merged_into is not null`,

  `create table identities (
    kind text not null check (kind in ('user', 'anonymous')),
    value text not null,
    profile_id text not null references profiles(id),
    created_at bigint not null,
    primary key (kind, value)
  )`,
  `create index identities_profile on identities (profile_id)`,

  `create table events (
    seq bigserial primary key,
    message_id text not null unique,
    profile_id text not null references profiles(id),
    type text not null,
    name text,
    occurred_at bigint not null,
    received_at bigint not null,
    origin text not null,
    payload jsonb not null,
    matched jsonb not null default '[]'
  )`,
  `create index events_profile on events (profile_id, occurred_at desc)`,

  `create table facts (
    seq bigserial primary key,
    event_id text not null,
    profile_id text not null references profiles(id),
    name text not null,
    cart_id text,
    at bigint not null
  )`,
  `create index facts_profile on facts (profile_id, name, at desc)`,
  `create index facts_event on facts (event_id)`,

  `create table carts (
    id text primary key,
    profile_id text not null references profiles(id),
    token text not null,
    state text not null check (state in ('open', 'ordered')),
    lines jsonb not null default '[]',
    fold jsonb not null default '{}',
    currency text,
    value double precision not null default 0,
    created_at bigint not null,
    updated_at bigint not null
  )`,
  `create index carts_profile on carts (profile_id, updated_at desc)`,
  `create table cart_tokens (
    token text primary key,
    cart_id text not null references carts(id) on delete cascade
  )`,
  `create index cart_tokens_cart on cart_tokens (cart_id)`,

  `create table orders (
    order_id text primary key,
    profile_id text not null references profiles(id),
    cart_id text,
    status text not null check (status in ('created', 'paid', 'cancelled', 'refunded')),
    total double precision,
    currency text,
    ordered_at bigint not null,
    updated_at bigint not null
  )`,
  `create index orders_profile on orders (profile_id, ordered_at desc)`,
  `create index orders_cart on orders (cart_id) where cart_id is not null`,

  `create table consents (
    seq bigserial primary key,
    profile_id text not null references profiles(id),
    channel text not null,
    topic text not null,
    state text not null check (state in ('granted', 'denied')),
    occurred_at bigint not null,
    recorded_at bigint not null,
    method text not null,
    source text not null,
    text text,
    event_id text
  )`,
  `create index consents_profile on consents (profile_id)`,

  `create table suppressions (
    channel text not null,
    hash text not null,
    reason text not null,
    detail text,
    created_at bigint not null,
    primary key (channel, hash)
  )`,

  `create table journeys (
    id text primary key,
    state text not null check (state in ('active', 'paused', 'archived')),
    live_version integer not null,
    paused_at bigint,
    created_at bigint not null,
    updated_at bigint not null
  )`,
  `create table journey_versions (
    journey_id text not null references journeys(id),
    version integer not null,
    source text not null,
    definition jsonb not null,
    hash text not null,
    note text,
    published_at bigint not null,
    primary key (journey_id, version)
  )`,

  `create table entries (
    id text primary key,
    journey_id text not null references journeys(id),
    version integer,
    profile_id text not null references profiles(id),
    entry_key text not null,
    cart_id text,
    state text not null check (state in ('armed', 'open', 'finished')),
    activity text not null check (activity in ('ready', 'waiting', 'queued', 'submitting', 'held', 'done')),
    data jsonb not null,
    instruction jsonb not null,
    step text,
    due_at bigint,
    outcome text,
    outcome_reason text,
    trigger_event_id text,
    created_at bigint not null,
    entered_at bigint,
    finished_at bigint,
    poke_real bigint,
    poke_count integer not null default 0,
    run_started boolean not null default false
  )`,
  `create unique index entries_live on entries (journey_id, profile_id, entry_key) where state <> 'finished'`,
  `create index entries_poke on entries (poke_real) where poke_real is not null`,
  `create index entries_stuck on entries (poke_count) where poke_count >= 5 and state <> 'finished'`,
  `create index entries_profile on entries (profile_id, created_at desc)`,
  `create index entries_journey on entries (journey_id, state, created_at desc)`,
  `create index entries_due on entries (due_at) where state <> 'finished'`,

  `create table entry_inputs (
    seq bigserial primary key,
    entry_id text not null references entries(id),
    input jsonb not null,
    created_at bigint not null,
    consumed_at bigint
  )`,
  `create index entry_inputs_entry on entry_inputs (entry_id, seq)`,

  `create table trace (
    seq bigserial primary key,
    entry_id text not null references entries(id),
    at bigint not null,
    step text,
    kind text not null,
    text text not null
  )`,
  `create index trace_entry on trace (entry_id, seq)`,

  `create table waits (
    seq bigserial primary key,
    entry_id text not null references entries(id),
    event text not null,
    by_kind text not null check (by_kind in ('profile', 'cart')),
    by_value text not null,
    purpose text not null,
    hastens boolean not null
  )`,
  `create index waits_match on waits (by_kind, by_value, event)`,
  `create index waits_entry on waits (entry_id)`,

  `create table template_versions (
    template_id text not null,
    version integer not null,
    channel text not null,
    class text not null,
    hash text not null,
    compiled jsonb not null,
    published_at bigint not null,
    primary key (template_id, version)
  )`,

  `create table messages (
    id text primary key,
    origin text not null check (origin in ('journey', 'test', 'api', 'broadcast')),
    entry_id text references entries(id),
    journey_id text,
    version integer,
    step text,
    visit integer,
    profile_id text not null references profiles(id),
    channel text not null,
    class text not null,
    topic text not null,
    priority integer not null,
    template text not null,
    template_version integer,
    state text not null,
    reason text,
    slot_at bigint not null,
    deadline_at bigint not null,
    attempts integer not null default 0,
    lease_real bigint,
    content jsonb,
    content_hash text,
    segments integer,
    provider text,
    provider_id text,
    submitted_at bigint,
    accepted_at bigint,
    created_at bigint not null,
    updated_at bigint not null
  )`,
  `create unique index messages_visit on messages (entry_id, step, visit) where entry_id is not null`,
  `create index messages_profile on messages (profile_id, slot_at desc)`,
  `create index messages_journey on messages (journey_id, created_at desc)`,
  `create index messages_provider on messages (provider_id) where provider_id is not null`,
  `create index messages_lease on messages (lease_real) where lease_real is not null`,

  `create table attempts (
    message_id text not null references messages(id),
    n integer not null,
    started_at bigint not null,
    lease_real bigint not null,
    outcome text,
    code text,
    provider_id text,
    finished_at bigint,
    primary key (message_id, n)
  )`,

  `create table verdicts (
    seq bigserial primary key,
    message_id text not null references messages(id),
    at bigint not null,
    decision text not null,
    reason text,
    detail jsonb not null default '{}',
    until_at bigint
  )`,
  `create index verdicts_message on verdicts (message_id, seq)`,

  `create table receipts (
    seq bigserial primary key,
    dedupe text not null unique,
    message_id text not null references messages(id),
    provider text not null,
    status text not null,
    code text,
    at bigint not null,
    received_at bigint not null
  )`,
  `create index receipts_message on receipts (message_id)`,

  `create table inbound_messages (
    id text primary key,
    profile_id text,
    channel text not null,
    action text not null,
    body text,
    received_at bigint not null
  )`,
  `create index inbound_messages_profile on inbound_messages (profile_id) where profile_id is not null`,

  `create table write_keys (
    id text primary key,
    name text not null,
    prefix text not null,
    hash text not null unique,
    created_at bigint not null,
    revoked_at bigint
  )`,
  `create table api_keys (
    id text primary key,
    name text not null,
    prefix text not null,
    hash text not null unique,
    created_at bigint not null,
    revoked_at bigint
  )`,

  `create table dead_letters (
    id text primary key,
    source text not null,
    reason text not null,
    detail text not null,
    payload jsonb not null,
    received_at bigint not null,
    retried_at bigint,
    resolved_at bigint
  )`,
  `create index dead_letters_open on dead_letters (received_at) where resolved_at is null`,

  `create table controls (
    key text primary key,
    value jsonb not null,
    updated_at bigint not null
  )`,
];
