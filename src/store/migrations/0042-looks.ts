import { type Kysely, sql } from 'kysely';

/**
 * Looks at experiments, each with all that its result is made of, and acts: decisions that are carried out, their reversal, and reveals out
 * of turn. Rows are added and never changed.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table experiment_looks (
      seq bigserial primary key,
      experiment text not null,
      seed text not null,
      version integer not null,
      day integer not null,
      at bigint not null,
      inputs jsonb not null,
      inputs_hash text not null,
      state jsonb not null,
      look integer,
      alpha_spent double precision not null,
      split_p double precision not null,
      most_factor double precision not null,
      code_version text not null,
      unique (experiment, seed, day)
    )`.execute(db);
  await sql`
    create table experiment_acts (
      seq bigserial primary key,
      experiment text not null,
      seed text not null,
      kind text not null,
      arm text,
      look_seq bigint references experiment_looks(seq),
      made_by text not null,
      reason text,
      at bigint not null
    )`.execute(db);
  await sql`create index experiment_acts_run on experiment_acts (experiment, seed, seq)`.execute(db);
  await sql`create function looks_are_kept() returns trigger language plpgsql as $$
    begin raise exception 'Looks and acts of experiments are added, and never changed.'; end $$`.execute(db);
  for (const table of ['experiment_looks', 'experiment_acts'])
    await sql`create trigger ${sql.raw(`${table}_kept`)} before update or delete on ${sql.raw(table)} for each row execute function looks_are_kept()`.execute(
      db,
    );
}
