import { sql } from 'kysely';
import type { Db } from './db.js';

interface Said {
  readonly email: string | null;
  readonly phone: string | null;
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
  const ids = sql`any(${profileIds}::text[])`;
  const { rows } = await sql<Said>`
    select email, phone from profiles where id = ${ids}
    union select payload->'traits'->>'email', payload->'traits'->>'phone' from events where profile_id = ${ids} and type = 'identify'
    union select payload->'context'->'traits'->>'email', payload->'context'->'traits'->>'phone' from events where profile_id = ${ids}
    union select case channel when 'email' then content->'to'->>'address' end, case channel when 'sms' then content->>'to' end
      from messages where profile_id = ${ids}`.execute(db);
  return rows.filter(({ email, phone }) => email !== null || phone !== null);
}
