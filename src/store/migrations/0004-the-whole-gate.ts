import { type Kysely, sql } from 'kysely';

/**
 * What the whole gate remembers: engagement on the profile, the full consent record, policies with versions, what people did with a
 * message, links by number, a shop's own messages and broadcasts.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // The fold over a person's signals; empty: none yet. Read and written with the row that every turn and ingest locks anyway.
  `alter table profiles add column engagement jsonb not null default '{}'`,

  `alter table consents drop constraint consents_state_check`,
  `alter table consents add constraint consents_state_check check (state in ('pending', 'granted', 'denied', 'withdrawn', 'expired'))`,
  `alter table consents
    add column legal_basis text,
    add column text_hash text,
    add column locale text,
    add column source_url text,
    add column ip text,
    add column user_agent text,
    add column requested_at bigint,
    add column confirmed_at bigint,
    add column expires_at bigint,
    add column actor text,
    add column evidence text`,
  // What waits for a confirmation or for evidence; few rows of many.
  `create index consents_pending on consents (seq) where state = 'pending' and confirmed_at is null`,
  // Proof that is personal data, kept for a while.
  `create index consents_traced on consents (recorded_at) where ip is not null or user_agent is not null`,

  // A sentence that was taken for a revocation, until a person has looked at it.
  `alter table inbound_messages add column reviewed_at bigint`,
  `create index inbound_messages_open on inbound_messages (received_at, id) where action = 'stop-to-review' and reviewed_at is null`,

  `create table policy_versions (
    kind text not null,
    version integer not null,
    source text not null,
    definition jsonb not null,
    hash text not null,
    note text,
    published_at bigint not null,
    primary key (kind, version)
  )`,

  // Opens and clicks, a machine's too: what was made of each is in verdict and reason.
  `create table interactions (
    seq bigserial primary key,
    message_id text not null references messages(id),
    profile_id text not null,
    kind text not null check (kind in ('open', 'click', 'reply')),
    link integer,
    verdict text not null check (verdict in ('pending', 'human', 'machine')),
    reason text,
    at bigint not null
  )`,
  `create index interactions_message on interactions (message_id, at)`,
  `create index interactions_profile on interactions (profile_id, at desc)`,
  // Not yet known whether a person's: those of the last seconds.
  `create index interactions_pending on interactions (at) where verdict = 'pending'`,

  // Addresses behind the numbered links of a message, in order; the first is where the hidden one leads. Null: its links do not tell.
  `alter table messages add column links jsonb`,
  // Whether caps count it, where the step says otherwise than the class.
  `alter table messages add column counts_toward_cap boolean`,
  // The domain's mailbox provider, such as gmail; never the address.
  `alter table messages add column mailbox_provider text`,
  `create index messages_mailbox on messages (mailbox_provider, created_at) where mailbox_provider is not null`,
  // What the breakers count: few rows of many.
  `create index receipts_bad on receipts (at) where status in ('bounce-hard', 'complained')`,
  `create index consents_by_message on consents (recorded_at) where source like 'message/%'`,

  `create table idempotency_keys (
    key_hash text primary key,
    request_hash text not null,
    entry_id text not null,
    -- The answer to the first request of the key; null: it has not been answered.
    answer jsonb,
    created_at bigint not null
  )`,
  `create index idempotency_keys_created on idempotency_keys (created_at)`,

  `create table broadcasts (
    id text primary key,
    name text not null,
    template text not null,
    state text not null check (state in ('running', 'paused', 'cancelled', 'finished')),
    data jsonb not null default '{}',
    settings jsonb not null default '{}',
    total integer not null,
    enrolled integer not null default 0,
    created_at bigint not null,
    starts_at bigint not null,
    finished_at bigint
  )`,
  `create table broadcast_recipients (
    broadcast_id text not null references broadcasts(id) on delete cascade,
    position integer not null,
    profile_id text not null,
    entry_id text,
    primary key (broadcast_id, position)
  )`,
  `create unique index broadcast_recipients_profile on broadcast_recipients (broadcast_id, profile_id)`,

  // A journey that Sojourn makes for itself: a shop's own message, a broadcast. Hidden from lists of journeys.
  `alter table journeys add column is_internal boolean not null default false`,
];
