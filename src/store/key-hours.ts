import { sql } from 'kysely';
import type { Budgeted } from '../domain/keys/key-budget.js';
import type { Db } from './db.js';
import { rowsOf } from './write-together.js';

export interface KeyHour {
  readonly keyId: string;
  readonly hour: number;
  readonly what: Budgeted;
  readonly n: number;
}

/** Adds to what keys have used in an hour; answers what that comes to over all processes. Hours long past are forgotten. */
export async function addToKeyHours(db: Db, used: readonly KeyHour[]): Promise<readonly KeyHour[]> {
  if (used.length === 0) return [];
  const { rows } = await sql<KeyHour>`insert into key_hours as k (key_id, hour, what, n)
    select "keyId", hour, what, n from ${rowsOf(used)} as r("keyId" text, hour bigint, what text, n bigint) order by 1, 2, 3
    on conflict (key_id, hour, what) do update set n = k.n + excluded.n returning key_id as "keyId", hour, what, n`.execute(db);
  await db
    .deleteFrom('key_hours')
    .where('hour', '<', Math.max(...used.map(({ hour }) => hour)) - 48)
    .execute();
  return rows;
}
