import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db } from './db.js';
import { rowsOf } from './write-together.js';

/** What a browser key tried and may not, by the code that the event notes, and how often. */
export interface KeyRefusal {
  readonly keyId: string;
  readonly what: string;
  readonly n: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** Adds to what is known; one statement. */
export async function addKeyRefusals(db: Db, refusals: readonly KeyRefusal[]): Promise<void> {
  if (refusals.length === 0) return;
  await sql`insert into key_refusals as k (key_id, what, n, first_at, last_at)
    select "keyId", what, n, "firstAt", "lastAt"
    from ${rowsOf(refusals)} as r("keyId" text, what text, n bigint, "firstAt" bigint, "lastAt" bigint) order by 1, 2
    on conflict (key_id, what) do update set n = k.n + excluded.n, first_at = least(k.first_at, excluded.first_at),
      last_at = greatest(k.last_at, excluded.last_at)`.execute(db);
}

/** Of all keys, the most frequent first. */
export async function readKeyRefusals(db: Db): Promise<readonly KeyRefusal[]> {
  return db
    .selectFrom('key_refusals')
    .select(['key_id as keyId', 'what', 'n', 'first_at as firstAt', 'last_at as lastAt'])
    .orderBy('key_id')
    .orderBy('n', 'desc')
    .orderBy('what')
    .execute();
}
