import { type Kysely, sql } from 'kysely';

/** What the shop sells, each product as its newest telling has it. `product` null: it is no longer offered. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table products (
      product_id text primary key,
      updated_at bigint not null,
      mark text not null collate "C",
      product jsonb,
      family text not null,
      tags text[] not null,
      collections text[] not null,
      is_in_stock boolean not null,
      price double precision,
      received_at bigint not null
    )`.execute(db);
  await sql`create index products_tags on products using gin (tags)`.execute(db);
}
