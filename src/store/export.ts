import { sql } from 'kysely';
import type { Db, Trx } from './db.js';
import { tablesOfPeople } from './person-tables.js';

/**
 * What is kept of a person beside the profile itself: a list for each table whose rule says so, in the order in which it happened. Personal
 * data.
 */
export type KeptOfPerson = Readonly<Record<string, readonly unknown[]>>;

/**
 * Of all profiles that became this one. Each list whole: it is asked for seldom, and a part would be no answer. One statement; instants in
 * milliseconds.
 */
export async function readKeptOfPerson(db: Db | Trx, profileId: string): Promise<KeptOfPerson> {
  const ids = sql`any(array(select id from profiles where id = ${profileId} or merged_into = ${profileId}))`;
  const lists = tablesOfPeople().flatMap(([, { export: rule }]) =>
    rule.kind === 'list' ? [sql`coalesce((${rule.rows(ids)}), '[]') as ${sql.ref(rule.name)}`] : [],
  );
  const { rows } = await sql<KeptOfPerson>`select ${sql.join(lists)}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`What is kept of profile ${profileId} could not be read.`);
  return row;
}
