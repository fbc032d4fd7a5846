import { type Kysely, sql } from 'kysely';

/**
 * Who came to which arm of an experiment, and what they did within their window. A row is born due: its outcomes are worked out when it is
 * next looked at, and again whenever something happens to its person. Money is in thousandths of the currency's unit; `bare`: of orders
 * whose margin is not known.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table exposures (
      seq bigserial not null unique,
      experiment text not null,
      seed text not null,
      unit text not null,
      profile_id text not null references profiles(id),
      arm text not null,
      version integer not null,
      entry_id text not null,
      step text not null,
      at bigint not null,
      window_ms bigint not null,
      is_due boolean not null default true,
      orders integer not null default 0,
      net bigint not null default 0,
      discount bigint not null default 0,
      margin bigint not null default 0,
      bare_net bigint not null default 0,
      bare_discount bigint not null default 0,
      refunded integer not null default 0,
      unsubscribed boolean not null default false,
      complained boolean not null default false,
      stopped boolean not null default false,
      primary key (experiment, seed, unit)
    )`.execute(db);
  await sql`create index exposures_profile on exposures (profile_id)`.execute(db);
  await sql`create index exposures_due on exposures (seq) where is_due`.execute(db);
  await sql`create index exposures_moved on exposures (experiment, seed, profile_id) where unit <> profile_id`.execute(db);
}
