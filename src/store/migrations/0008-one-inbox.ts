import { type Kysely, sql } from 'kysely';

/**
 * Messages know the address that they are for by its keyed hash, so that caps count an inbox or a number for all who have it, and texts the
 * country of their number. Which addresses asked for a fresh link lately, by kind and keyed hash, so that nobody can flood one by asking.
 * All of it may be absent: what the build before writes has no hash and counts for its own person only.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table messages add column address_hash text, add column country text`.execute(db);
  await sql`create index messages_address on messages (address_hash, slot_at) where address_hash is not null`.execute(db);
  await sql`create index messages_country on messages (country, submitted_at) where country is not null`.execute(db);
  await sql`create table link_requests (
    kind text not null,
    channel text not null,
    hash text not null,
    asked_at bigint not null,
    primary key (kind, channel, hash)
  )`.execute(db);
  await sql`create index link_requests_asked on link_requests (asked_at)`.execute(db);
}
