import { sql } from 'kysely';
import type { Answer } from '../domain/answers/answer.js';
import type { Fields } from '../domain/answers/field.js';
import type { Sealed } from '../domain/keys/sealed.js';
import type { Instant } from '../domain/time/instant.js';
import type { AnswerAct } from '../projection/rows.js';
import type { Db, Trx } from './db.js';
import { rowsOf, type Write } from './write-together.js';

export function writeAnswers(answers: readonly AnswerAct[]): Write {
  if (answers.length === 0) return null;
  return sql`insert into answers (profile_id, name, value, source, quiz, version, purpose, answered_at, expires_at, recorded_at, event_id, consent)
    select "profileId", name, value, source, quiz, version, purpose, "answeredAt", "expiresAt", "recordedAt", "eventId", consent
    from ${rowsOf(answers)} as r("profileId" text, name text, value jsonb, source text, quiz text, version integer, purpose text,
      "answeredAt" bigint, "expiresAt" bigint, "recordedAt" bigint, "eventId" text, consent jsonb) returning 1`;
}

/** An answer with its number and when it came in. */
export interface AnswerRecord extends Answer {
  readonly seq: number;
  readonly recordedAt: Instant;
}

/** All answers of a person, the newest first. */
export async function readAnswers(db: Db | Trx, profileId: string): Promise<readonly AnswerRecord[]> {
  const { rows } = await sql<AnswerRecord>`
    select seq, name, value, source, quiz, version, purpose, answered_at as "answeredAt", expires_at as "expiresAt", recorded_at as "recordedAt", consent
    from answers where profile_id = ${profileId} order by answered_at desc, value::text collate "C" desc, seq desc`.execute(db);
  return rows;
}

/** Earlier answers to a special field go when the person takes the answer back: nothing permits to keep them. */
export function removeTakenBack(answers: readonly AnswerAct[], fields: Fields): Write {
  const gone = answers.filter(({ name, value }) => value === null && (fields.get(name)?.special ?? null) !== null);
  if (gone.length === 0) return null;
  return sql`delete from answers a using ${rowsOf(gone)} as r("profileId" text, name text)
    where a.profile_id = r."profileId" and a.name = r.name returning 1`;
}

/** An answer whose value is encrypted under another key than the one with this mark. */
export interface SealedAnswer {
  readonly seq: number;
  readonly name: string;
  readonly value: Sealed;
}

/** At most `limit`, behind the number `after`. */
export async function answersNotSealedBy(db: Db | Trx, mark: string, after: number, limit: number): Promise<readonly SealedAnswer[]> {
  const { rows } = await sql<SealedAnswer>`select seq, name, value from answers
    where seq > ${after} and value ? '$sealed' and split_part(value ->> '$sealed', '.', 2) <> ${mark} order by seq limit ${limit}`.execute(
    db,
  );
  return rows;
}

export async function rewriteSealed(trx: Trx, answers: readonly SealedAnswer[]): Promise<void> {
  if (answers.length === 0) return;
  await sql`update answers a set value = r.value from ${rowsOf(answers)} as r(seq bigint, value jsonb)
    where a.seq = r.seq and a.seq = any(${answers.map(({ seq }) => seq)}::bigint[])`.execute(trx);
}
