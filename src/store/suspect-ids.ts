import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db } from './db.js';
import { rowsOf } from './write-together.js';

/**
 * A user id that names nobody (`placeholder`), or that collected more people than one within a day (`crowded`). Personal data, should it be
 * one's after all.
 */
export interface SuspectId {
  readonly value: string;
  readonly why: 'placeholder' | 'crowded';
  readonly sinceAt: Instant;
  readonly seenAt: Instant;
}

export function writeSuspectIds(ids: readonly Omit<SuspectId, 'sinceAt'>[]): RawBuilder<unknown> | null {
  if (ids.length === 0) return null;
  // In one order everywhere, so that two transactions wait for each other instead of locking up.
  const rows = ids.toSorted((a, b) => (a.value < b.value ? -1 : 1));
  return sql`insert into suspect_ids as s (value, why, since_at, seen_at)
    select value, why, "seenAt", "seenAt" from ${rowsOf(rows)} as r(value text, why text, "seenAt" bigint)
    on conflict (value) do update set why = excluded.why, seen_at = greatest(s.seen_at, excluded.seen_at) returning 1`;
}

/** Those that came since, the newest first, at most a thousand. */
export async function listSuspectIds(db: Db, since: Instant): Promise<readonly SuspectId[]> {
  const rows = await db
    .selectFrom('suspect_ids')
    .selectAll()
    .where('seen_at', '>', since)
    .orderBy('seen_at', 'desc')
    .orderBy('value')
    .limit(1000)
    .execute();
  return rows.map(({ value, why, since_at, seen_at }) => ({ value, why, sinceAt: since_at, seenAt: seen_at }));
}
