import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import { addressInContent, addressOnProfile } from './channel-sql.js';
import type { Db, Trx } from './db.js';
import { countedState } from './delivered.js';

/** What has become of it, counted. */
export interface BroadcastCounts {
  /** Messages by state and reason. */
  readonly messages: readonly { readonly state: string; readonly reason: string | null; readonly count: number }[];
  /** Recipients with an entry that has not ended. */
  readonly underWay: number;
  /** Recipients that were passed over: erased, or the same person as another. */
  readonly passedOver: number;
  /** Messages that a person clicked in. */
  readonly clicked: number;
  /** Left since `recentSince`. */
  readonly recent: number;
  /** Under way, and due. */
  readonly dueNow: number;
  /** When the last of those under way falls due. */
  readonly lastDueAt: Instant | null;
}

export async function countBroadcast(
  db: Db,
  of: { readonly id: string; readonly journeyId: string; readonly recentSince: Instant; readonly now: Instant },
): Promise<BroadcastCounts> {
  const { rows } = await sql<Omit<BroadcastCounts, 'messages'> & { messages: BroadcastCounts['messages'] | null }>`select
    (select json_agg(m) from (select ${countedState('c', of.now)} as state, c.reason, count(*)::int as count from messages c
      where c.journey_id = ${of.journeyId} group by 1, 2 order by 3 desc) m) as messages,
    (select count(*) from entries where journey_id = ${of.journeyId} and state <> 'finished') as "underWay",
    (select count(*) from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id
      where r.broadcast_id = ${of.id} and r.position < b.enrolled and r.entry_id is null) as "passedOver",
    (select count(distinct i.message_id) from interactions i join messages m on m.id = i.message_id
      where m.journey_id = ${of.journeyId} and i.kind = 'click' and i.verdict = 'human') as clicked,
    (select count(*) from messages where journey_id = ${of.journeyId} and accepted_at >= ${of.recentSince}) as recent,
    (select count(*) from entries where journey_id = ${of.journeyId} and state <> 'finished' and due_at <= ${of.now}) as "dueNow",
    (select max(due_at) from entries where journey_id = ${of.journeyId} and state <> 'finished') as "lastDueAt"`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`The broadcast ${of.id} could not be counted.`);
  return { ...row, messages: row.messages ?? [] };
}

/** Whether everyone of this journey has come to an end. */
export async function hasEnded(trx: Trx, journeyId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('entries')
    .select('id')
    .where('journey_id', '=', journeyId)
    .where('state', '<>', 'finished')
    .limit(1)
    .executeTakeFirst();
  return row === undefined;
}

/** A recipient with what has become of the message. Personal data. */
export interface RecipientRecord {
  readonly position: number;
  readonly profileId: string;
  /** The address or number that it went to, or would go to now. */
  readonly to: string | null;
  /**
   * State of the message; `to-come`: not fallen due; `passed-over`: erased since, or the same person as another; `waiting`: nothing is
   * decided yet.
   */
  readonly state: string;
  readonly reason: string | null;
  readonly messageId: string | null;
}

/** By position, from this one on. */
export async function listRecipients(
  db: Db,
  of: { readonly id: string; readonly channel: string },
  page: { readonly limit: number; readonly after: number | null },
): Promise<readonly RecipientRecord[]> {
  const { rows } = await sql<RecipientRecord>`
    select r.position, r.profile_id as "profileId", m.id as "messageId", m.reason,
      coalesce(${addressInContent('m')}, ${addressOnProfile(sql`${of.channel}::text`)}) as "to",
      coalesce(m.state, case when r.entry_id is not null then 'waiting' when r.position < b.enrolled then 'passed-over' else 'to-come' end) as state
    from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id join profiles p on p.id = r.profile_id
      left join messages m on m.entry_id = r.entry_id
    where r.broadcast_id = ${of.id} and r.position > ${page.after ?? -1} order by r.position limit ${page.limit}`.execute(db);
  return rows;
}
