import { sql } from 'kysely';
import type { About } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';

export type OneClickVerdict = 'pending' | 'machine' | 'counted' | 'confirmed' | 'unclear';

/** An answer that a link in a message brought. */
export interface OneClick {
  readonly seq: number;
  readonly profileId: ProfileId;
  readonly messageId: string;
  readonly quiz: string;
  readonly question: string;
  readonly answer: string;
  readonly verdict: OneClickVerdict;
  readonly reason: string | null;
  readonly at: Instant;
}

const columns = sql`seq, profile_id as "profileId", message_id as "messageId", quiz, question, answer, verdict, reason, at`;

/** All of a message, oldest first. The caller has locked its profile, so none comes between. */
export async function readOneClicks(db: Db | Trx, messageId: string): Promise<readonly OneClick[]> {
  const { rows } = await sql<OneClick>`select ${columns} from one_clicks where message_id = ${messageId} order by at, seq`.execute(db);
  return rows;
}

export async function insertOneClick(trx: Trx, click: Omit<OneClick, 'seq'>): Promise<void> {
  await sql`insert into one_clicks (profile_id, message_id, quiz, question, answer, verdict, reason, at)
    values (${click.profileId}, ${click.messageId}, ${click.quiz}, ${click.question}, ${click.answer}, ${click.verdict}, ${click.reason}, ${click.at})`.execute(
    trx,
  );
}

export async function judgeOneClicks(trx: Trx, seqs: readonly number[], verdict: OneClickVerdict, reason: string | null): Promise<void> {
  if (seqs.length === 0) return;
  await sql`update one_clicks set verdict = ${verdict}, reason = ${reason} where seq = any(${[...seqs]}::bigint[])`.execute(trx);
}

/** Messages with answers that wait, from before `before`. */
export async function messagesWithPending(db: Db | Trx, before: Instant, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`select message_id as id from one_clicks where verdict = 'pending' and at <= ${before}
    group by message_id order by min(at) limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** The person of a message, when it was delivered, and when it was made; null: no such message. */
export async function readQuizMessage(
  db: Db | Trx,
  messageId: string,
): Promise<{ readonly profileId: ProfileId; readonly deliveredAt: Instant | null; readonly createdAt: Instant } | null> {
  const { rows } = await sql<{ profileId: ProfileId; deliveredAt: Instant | null; createdAt: Instant }>`
    select profile_id as "profileId", created_at as "createdAt", case when state <> 'submitting' then coalesce(
      (select min(r.at) from receipts r where r.message_id = m.id and r.status in ('delivered', 'read')), accepted_at, submitted_at) end as "deliveredAt"
    from messages m where id = ${messageId}`.execute(db);
  return rows[0] ?? null;
}

/** The order that the entry of a message is about, beside its cart: what is answered in the message is about it too. */
export async function readSubjectsOfMessage(trx: Trx, messageId: string): Promise<About> {
  const { rows } = await sql<{ subjects: About | null }>`
    select e.subjects from messages m join entries e on e.id = m.entry_id where m.id = ${messageId}`.execute(trx);
  return rows[0]?.subjects ?? [];
}

/** Takes back an answer that a link brought, and nobody confirmed. */
export async function removeOneClickAnswer(trx: Trx, profileId: string, field: string, at: Instant): Promise<void> {
  await sql`delete from answers where profile_id = ${profileId} and name = ${field} and source = 'message' and answered_at = ${at}`.execute(
    trx,
  );
}
