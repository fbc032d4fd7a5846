import { type Kysely, sql } from 'kysely';

/**
 * All that events said about an order (`fold`; null: the row is from an earlier build and is all that is known), and its results: columns
 * that conditions, segments and reports read by SQL. They are null in rows of the build before, which writes only the old columns. Also the
 * lines of orders: what was bought, and what was kept of it.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table orders
      add column fold jsonb,
      add column paid_at bigint,
      add column cancelled_at bigint,
      add column refunded double precision,
      add column net double precision,
      add column tax double precision,
      add column shipping double precision,
      add column discount double precision,
      add column margin double precision,
      add column codes jsonb,
      add column is_test boolean,
      add column qualifies boolean,
      add column shipped_at bigint,
      add column promised_at bigint,
      add column delivered_at bigint,
      add column has_exception boolean,
      add column has_open_return boolean`.execute(db);
  await sql`
    create table order_lines (
      order_id text not null references orders(order_id) on update cascade on delete cascade,
      product_id text not null,
      variant text not null,
      name text,
      bought double precision not null,
      quantity double precision not null,
      price double precision,
      cost double precision,
      net double precision,
      primary key (order_id, product_id, variant)
    )`.execute(db);
  await sql`create index order_lines_product on order_lines (product_id)`.execute(db);
}
