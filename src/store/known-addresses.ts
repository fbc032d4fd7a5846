import { sql } from 'kysely';
import type { Db } from './db.js';
import { everyAddressOf } from './person-tables.js';

interface Said {
  readonly email: string | null;
  readonly phone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
}

/** Every address that anybody here has or had, as it was said, the people of `peopleAtOnce` profiles together. Personal data. */
export async function* everyKnownAddress(db: Db, peopleAtOnce: number): AsyncGenerator<readonly Said[]> {
  for (let after: string | null = ''; after !== null; ) {
    const ids: readonly string[] = await profilesAfter(db, after, peopleAtOnce);
    if (ids.length > 0) yield await addressesOf(db, ids);
    after = ids.length < peopleAtOnce ? null : (ids.at(-1) ?? null);
  }
}

async function profilesAfter(db: Db, after: string, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from profiles where id collate "C" > ${after} order by id collate "C" limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

async function addressesOf(db: Db, profileIds: readonly string[]): Promise<readonly Said[]> {
  const { rows } = await sql<Omit<Said, 'traits'> & { readonly traits: Said['traits'] | null }>`
    with said (email, phone, traits) as (${everyAddressOf(sql`any(${profileIds}::text[])`)}) select * from said`.execute(db);
  return rows
    .filter(({ email, phone, traits }) => email !== null || phone !== null || traits !== null)
    .map((row) => ({ ...row, traits: row.traits ?? {} }));
}
