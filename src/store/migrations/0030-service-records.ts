import { type Kysely, sql } from 'kysely';

/** What customers told the shop's service: tickets, feedback, reviews. `fold`: each field with the version that it was last told by. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table service_records (
      kind text not null check (kind in ('ticket', 'feedback', 'review')),
      id text not null,
      profile_id text not null references profiles(id),
      order_id text,
      product_id text,
      state text,
      rating double precision,
      opened_at bigint not null,
      closed_at bigint,
      updated_at bigint not null,
      fold jsonb not null,
      seq bigserial unique,
      primary key (kind, id)
    )`.execute(db);
  await sql`create index service_records_profile on service_records (profile_id)`.execute(db);
}
