import { type Kysely, sql } from 'kysely';

/** What is learnt from orders, each time as a version, and what of it was shown with which message. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table recommendation_models (
      version integer primary key,
      built_at bigint not null,
      took_ms integer not null,
      baskets integer not null,
      modelled integer not null,
      tested integer not null,
      hits integer not null,
      popularity_hits integer not null,
      shown integer not null,
      is_used boolean not null
    )`.execute(db);
  await sql`
    create table recommendation_products (
      version integer not null references recommendation_models(version) on delete cascade,
      product_id text not null,
      bought jsonb not null,
      companions jsonb not null,
      primary key (version, product_id)
    )`.execute(db);
  await sql`alter table messages add column recommended jsonb`.execute(db);
  await sql`create index messages_recommended on messages (profile_id, submitted_at) where recommended is not null`.execute(db);
}
