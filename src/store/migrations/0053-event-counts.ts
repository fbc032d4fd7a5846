import { type Kysely, sql } from 'kysely';

/** How many facts came in an hour, with which properties, types and currencies; and what is wrong with them. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table event_counts (
      hour bigint not null,
      name text not null,
      property text not null,
      type text not null,
      count bigint not null,
      primary key (name, property, type, hour)
    )`.execute(db);
  await sql`create index event_counts_hour on event_counts (hour)`.execute(db);
  await sql`
    create table contract_alarms (
      key text primary key,
      code text not null,
      readers jsonb not null,
      sentence text not null,
      since bigint not null
    )`.execute(db);
}
