import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db } from './db.js';

/** What is counted at a scrape, by an index each. */
async function count(db: Db, counted: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ readonly n: number }>`select count(*)::int as n from ${counted}`.execute(db);
  return rows[0]?.n ?? 0;
}

/** Entries that should have been looked at two minutes ago. */
export function countOverdueEntries(db: Db): Promise<number> {
  return count(db, sql`entries where state <> 'finished' and poke_real < real_now_ms() - 120000`);
}

export function countUnknownMessages(db: Db): Promise<number> {
  return count(db, sql`messages where state = 'unknown'`);
}

export function countOpenLetters(db: Db): Promise<number> {
  return count(db, sql`dead_letters where resolved_at is null`);
}

export function countFailedCalls(db: Db): Promise<number> {
  return count(db, sql`calls where state = 'failed'`);
}

/** Tried at least once, without success yet. */
export function countLateCalls(db: Db): Promise<number> {
  return count(db, sql`calls where next_real is not null and code is not null`);
}

export function countOverdueTasks(db: Db, at: Instant): Promise<number> {
  return count(db, sql`tasks where closed_at is null and due_at < ${at}`);
}

/** The real clock of the database, milliseconds. */
export async function readRealNow(db: Db): Promise<number> {
  const { rows } = await sql<{ readonly n: number }>`select real_now_ms() as n`.execute(db);
  return rows[0]?.n ?? 0;
}

/** Does the store answer? */
export async function isAnswering(db: Db): Promise<boolean> {
  return sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
}
