import { sql } from 'kysely';
import type { Budgeted } from '../domain/keys/key-budget.js';
import { hour, type Instant } from '../domain/time/instant.js';
import type { Db } from './db.js';

/** What a browser key has brought about in an hour, as far as its processes have told. */
export interface KeyUse {
  readonly keyId: string;
  readonly name: string;
  readonly what: Budgeted;
  readonly used: number;
}

export async function readKeyUse(db: Db, inHour: number): Promise<readonly KeyUse[]> {
  const { rows } = await sql<KeyUse>`select h.key_id as "keyId", k.name, h.what, h.n as used
    from key_hours h join write_keys k on k.id = h.key_id where h.hour = ${inHour} and h.n > 0 order by k.created_at, h.key_id, h.what`.execute(
    db,
  );
  return rows;
}

/** Texts that went to each of these countries within the hour before `at`. */
export async function countTexts(db: Db, countries: readonly string[], at: Instant): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ country: string; n: number }>`select country, count(*)::int as n from messages
    where country = any(${countries}::text[]) and submitted_at > ${at - hour} group by country`.execute(db);
  return new Map(rows.map(({ country, n }) => [country, n]));
}
