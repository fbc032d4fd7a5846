import { type SqlBool, sql } from 'kysely';
import type { Db } from './db.js';

/** A person as a search finds them. Personal data. */
export interface FoundPerson {
  readonly profileId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** The shop's own ids. */
  readonly userIds: readonly string[];
  readonly erased: boolean;
}

const nameOf = sql<
  string | null
>`nullif(trim(coalesce(nullif(traits->>'name', ''), concat_ws(' ', traits->>'firstName', traits->>'lastName'))), '')`;
const isPerson = sql<SqlBool>`merged_into is null`;

/** Canonical profiles by what they were given as: our id, one of the shop's or a browser's, an address in lower case, a number in E.164. */
export async function findExactly(
  db: Db,
  by: { readonly text: string; readonly email: string | null; readonly phone: string | null },
  limit: number,
): Promise<readonly FoundPerson[]> {
  const { text, email, phone } = by;
  const { rows } = await sql<{ id: string }>`
    with recursive named as (
      select id, merged_into from profiles where id = ${text}
      union select p.id, p.merged_into from profiles p join identities i on i.profile_id = p.id where i.value = ${text}
      union select id, merged_into from profiles where lower(email) = ${email}
      union select id, merged_into from profiles where phone = ${phone}
      union select p.id, p.merged_into from profiles p join named n on p.id = n.merged_into
    ) select id from named where merged_into is null order by id limit ${limit}`.execute(db);
  return readPeople(
    db,
    rows.map(({ id }) => id),
  );
}

/** By a part of the name or address, or the last digits of the number. Looks through everybody until `limit` are found. */
export async function findByPart(
  db: Db,
  by: { readonly text: string; readonly digits: string | null },
  limit: number,
): Promise<readonly FoundPerson[]> {
  const part = `%${escapeLike(by.text)}%`;
  const digits = by.digits === null ? null : `%${by.digits}`;
  const rows = await db
    .selectFrom('profiles')
    .select('id')
    .where(isPerson)
    .where('erased_at', 'is', null)
    .where(
      sql<SqlBool>`(${nameOf} ilike ${part} or concat_ws(' ', traits->>'firstName', traits->>'lastName') ilike ${part} or email ilike ${part} or phone like ${digits}::text)`,
    )
    .orderBy('id')
    .limit(limit)
    .execute();
  return readPeople(
    db,
    rows.map(({ id }) => id),
  );
}

async function readPeople(db: Db, ids: readonly string[]): Promise<readonly FoundPerson[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('profiles')
    .select([
      'id as profileId',
      nameOf.as('name'),
      'email',
      'phone',
      sql<string[]>`array(select value from identities i where i.profile_id = profiles.id and i.kind = 'user' order by value limit 20)`.as(
        'userIds',
      ),
      sql<boolean>`erased_at is not null`.as('erased'),
    ])
    .where('id', 'in', [...ids])
    .orderBy('id')
    .execute();
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (mark) => `\\${mark}`);
}
