import { type Kysely, sql } from 'kysely';

/** What the trial stores. Each visit of a step gives once. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create table trial_points (entry_id text not null, step text not null, visit integer not null, profile_id text not null references profiles(id),
    points integer not null, at bigint not null, primary key (entry_id, step, visit))`.execute(db);
}
