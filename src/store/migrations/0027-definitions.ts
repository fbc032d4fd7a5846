import { type Kysely, sql } from 'kysely';

/**
 * Versions of what marketers define beside journeys, templates and policies, such as segments. The newest is in force; one without a
 * definition took the thing out of force.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table definition_versions (
      kind text not null,
      id text not null,
      version integer not null,
      source text not null,
      definition jsonb,
      hash text not null,
      note text,
      published_at bigint not null,
      primary key (kind, id, version)
    )`.execute(db);
}
