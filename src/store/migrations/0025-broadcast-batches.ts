import { type Kysely, sql } from 'kysely';

/**
 * Recipients of a broadcast whose first turns are taken together, by one workflow. `first` and `until`: positions, the last one left out.
 * `poke_real`: when the poke loop looks at it next; null: all of it has been turned. And the entries of journeys by their next poke: they
 * come before those of broadcasts.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table broadcast_batches (
    broadcast_id text not null references broadcasts(id) on delete cascade,
    first integer not null,
    until integer not null,
    poke_real bigint,
    primary key (broadcast_id, first)
  )`,
  `create index broadcast_batches_poke on broadcast_batches (poke_real) where poke_real is not null`,
  `create index entries_poke_journeys on entries (poke_real) where poke_real is not null and journey_id not like 'broadcast.%'`,
];
