import { type Kysely, sql } from 'kysely';

/**
 * Whether keys of a purpose each are derived from the secret of an era. Eras of before are not, and never will be: what they signed and
 * hashed is found as it was written, also by the build before this one.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table secret_eras add column derives boolean not null default false`.execute(db);
}
