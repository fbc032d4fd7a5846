import { type Kysely, sql } from 'kysely';

/**
 * Codes of offers, what was promised by them, and how much in each period. A code is one row for good, so none is given twice, whichever
 * offer it belongs to. What came of a promise is not kept: it follows from the orders that have its code. Money in thousandths of the
 * currency's unit.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table offer_codes (
      code_key text primary key,
      code text not null,
      offer text not null,
      seq bigserial not null,
      is_taken boolean not null default false
    )`.execute(db);
  await sql`create index offer_codes_free on offer_codes (offer, seq) where not is_taken`.execute(db);
  await sql`
    create table offer_periods (
      offer text not null,
      period text not null,
      codes bigint not null,
      cost bigint not null,
      since bigint not null,
      primary key (offer, period)
    )`.execute(db);
  await sql`
    create table promises (
      seq bigserial primary key,
      offer text not null,
      version integer not null,
      code text not null,
      code_key text not null unique,
      profile_id text not null references profiles(id),
      entry_id text not null,
      journey_id text not null,
      step text not null,
      shown_in text[] not null default '{}',
      order_id text,
      terms jsonb not null,
      cost bigint not null,
      is_marketing boolean not null,
      void_by_cancellation boolean not null,
      void_by_full_price boolean not null,
      issued_at bigint not null,
      expires_at bigint not null,
      unique (entry_id, offer)
    )`.execute(db);
  await sql`create index promises_profile on promises (profile_id)`.execute(db);
  await sql`create index promises_offer on promises (offer, seq)`.execute(db);
  await sql`alter table messages add column promise_id bigint`.execute(db);
  await sql`create index messages_promise on messages (promise_id) where promise_id is not null`.execute(db);
  await sql`create index orders_codes on orders using gin ((lower(codes::text)::jsonb)) where codes <> '[]'::jsonb`.execute(db);
}
