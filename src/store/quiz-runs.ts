import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';

/** A person in a quiz. `given`: by question, ids of answers, encrypted for a special field; null: skipped. */
export interface QuizRun {
  readonly seq: number;
  readonly profileId: string;
  readonly quiz: string;
  readonly version: number;
  readonly given: Readonly<Record<string, unknown>>;
  readonly startedAt: Instant;
  readonly completedAt: Instant | null;
}

const columns = sql`seq, profile_id as "profileId", quiz, version, given, started_at as "startedAt", completed_at as "completedAt"`;

/** The newest of a person; null: they never began it. */
export async function readNewestRun(db: Db | Trx, profileId: string, quiz: string): Promise<QuizRun | null> {
  const { rows } = await sql<QuizRun>`select ${columns} from quiz_runs where profile_id = ${profileId} and quiz = ${quiz}
    order by seq desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/** Begins one, or answers the one that is open. The caller holds the lock of the profile. */
export async function beginRun(
  trx: Trx,
  { profileId, quiz, version, at }: { readonly profileId: string; readonly quiz: string; readonly version: number; readonly at: Instant },
): Promise<{ readonly run: QuizRun; readonly isNew: boolean }> {
  const made = await sql<QuizRun>`insert into quiz_runs (profile_id, quiz, version, started_at, updated_at)
    values (${profileId}, ${quiz}, ${version}, ${at}, ${at}) on conflict do nothing returning ${columns}`.execute(trx);
  const [created] = made.rows;
  if (created !== undefined) return { run: created, isNew: true };
  const open =
    await sql<QuizRun>`select ${columns} from quiz_runs where profile_id = ${profileId} and quiz = ${quiz} and completed_at is null`.execute(
      trx,
    );
  const [run] = open.rows;
  if (run === undefined) throw new Error(`The quiz ${quiz} of profile ${profileId} has neither a new run nor an open one.`);
  return { run, isNew: false };
}

export async function saveRun(
  trx: Trx,
  { seq, given, completedAt, at }: Pick<QuizRun, 'seq' | 'given' | 'completedAt'> & { readonly at: Instant },
): Promise<void> {
  await sql`update quiz_runs set given = ${jsonText(given)}::jsonb, updated_at = ${at}, completed_at = ${completedAt} where seq = ${seq}`.execute(
    trx,
  );
}
