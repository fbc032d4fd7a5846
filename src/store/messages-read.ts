import { sql } from 'kysely';
import type { StoredDetail } from '../domain/gate/verdict.js';
import { type Channel, channelsWith } from '../domain/messages/channel.js';
import type { RecommendedRecord } from '../domain/recommendations/record.js';
import type { Instant } from '../domain/time/instant.js';
import type { InteractionVerdict } from '../domain/tracking/human-click.js';
import { addressInContent, addressOnProfile } from './channel-sql.js';
import type { Db, Trx } from './db.js';
import { olderThan } from './entries-read.js';

/** A message of the ledger, without its content. */
export interface MessageRecord {
  readonly id: string;
  readonly origin: 'journey' | 'test' | 'api' | 'broadcast';
  readonly entryId: string | null;
  readonly journeyId: string | null;
  readonly version: number | null;
  readonly step: string | null;
  readonly visit: number | null;
  readonly profileId: string;
  /** The address or number that it went to, or would go to now. Personal data; null: none is known. */
  readonly to: string | null;
  readonly channel: string;
  readonly class: string;
  readonly topic: string;
  readonly priority: number;
  readonly template: string;
  readonly templateVersion: number | null;
  readonly state: string;
  readonly reason: string | null;
  readonly slotAt: Instant;
  readonly deadlineAt: Instant;
  readonly attempts: number;
  readonly segments: number | null;
  readonly provider: string | null;
  readonly providerId: string | null;
  readonly submittedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface MessageFilter {
  readonly journeyId?: string | undefined;
  readonly profileId?: string | undefined;
  readonly entryId?: string | undefined;
  readonly state?: string | undefined;
  readonly channel?: string | undefined;
  readonly origin?: MessageRecord['origin'] | undefined;
}

const columns = [
  'id',
  'origin',
  'entry_id as entryId',
  'journey_id as journeyId',
  'version',
  'step',
  'visit',
  'profile_id as profileId',
  sql<string | null>`coalesce(${addressInContent('messages')},
    (select ${addressOnProfile(sql.ref('messages.channel'))} from profiles p where p.id = messages.profile_id))`.as('to'),
  'channel',
  'class',
  'topic',
  'priority',
  'template',
  'template_version as templateVersion',
  'state',
  'reason',
  'slot_at as slotAt',
  'deadline_at as deadlineAt',
  'attempts',
  'segments',
  'provider',
  'provider_id as providerId',
  'submitted_at as submittedAt',
  'accepted_at as acceptedAt',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const;

/** Newest first, at most `limit` after the position [createdAt, id]. */
export async function listMessages(
  db: Db | Trx,
  filter: MessageFilter,
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly MessageRecord[]> {
  const { journeyId, profileId, entryId, state, channel, origin } = filter;
  let query = db.selectFrom('messages').select(columns);
  if (journeyId !== undefined) query = query.where('journey_id', '=', journeyId);
  if (profileId !== undefined) query = query.where('profile_id', '=', profileId);
  if (entryId !== undefined) query = query.where('entry_id', '=', entryId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (origin !== undefined) query = query.where('origin', '=', origin);
  if (page.after !== null) query = query.where(olderThan('created_at', page.after));
  return query.orderBy('created_at', 'desc').orderBy(sql`id collate "C"`, 'desc').limit(page.limit).execute();
}

export async function readMessage(db: Db | Trx, id: string): Promise<MessageRecord | null> {
  return (await db.selectFrom('messages').select(columns).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** The message of an entry that sends only one; null: nothing was decided yet. */
export async function readOnlyMessage(db: Db | Trx, entryId: string): Promise<MessageRecord | null> {
  return (await db.selectFrom('messages').select(columns).where('entry_id', '=', entryId).executeTakeFirst()) ?? null;
}

export interface VerdictRecord {
  readonly at: Instant;
  readonly decision: string;
  readonly reason: string | null;
  readonly detail: StoredDetail;
  readonly untilAt: Instant | null;
}

/** All verdicts of a message, the first one first. */
export async function readVerdicts(db: Db | Trx, messageId: string): Promise<readonly VerdictRecord[]> {
  const rows = await db
    .selectFrom('verdicts')
    .select(['at', 'decision', 'reason', 'detail', 'until_at as untilAt'])
    .where('message_id', '=', messageId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ ...row, detail: row.detail as StoredDetail }));
}

export interface AttemptRecord {
  readonly n: number;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly outcome: string | null;
  readonly code: string | null;
  /** Whose words `reply` are; null: nobody was called, or it is not known. */
  readonly host: string | null;
  /** What the provider said, without personal data. */
  readonly reply: string | null;
}

export async function readAttempts(db: Db | Trx, messageId: string): Promise<readonly AttemptRecord[]> {
  return db
    .selectFrom('attempts')
    .select(['n', 'started_at as startedAt', 'finished_at as finishedAt', 'outcome', 'code', 'host', 'reply'])
    .where('message_id', '=', messageId)
    .orderBy('n')
    .execute();
}

export interface ReceiptRecord {
  readonly at: Instant;
  readonly status: string;
  readonly code: string | null;
  readonly provider: string;
}

/** What the provider told afterwards, in the order in which it happened. */
export async function readReceipts(db: Db | Trx, messageId: string): Promise<readonly ReceiptRecord[]> {
  return db
    .selectFrom('receipts')
    .select(['at', 'status', 'code', 'provider'])
    .where('message_id', '=', messageId)
    .orderBy('at')
    .orderBy('seq')
    .execute();
}

export interface InteractionRecord {
  readonly at: Instant;
  readonly kind: 'open' | 'click' | 'reply';
  /** The number of the link that was followed; 0 is the hidden one. */
  readonly link: number | null;
  readonly address: string | null;
  readonly verdict: InteractionVerdict;
  /** Why it is a machine's. */
  readonly reason: string | null;
}

/** Opens, clicks and answers of a message, oldest first. */
export async function readMessageInteractions(db: Db | Trx, messageId: string): Promise<readonly InteractionRecord[]> {
  return db
    .selectFrom('interactions as i')
    .innerJoin('messages as m', 'm.id', 'i.message_id')
    .select(['i.at', 'i.kind', 'i.link', sql<string | null>`m.links ->> i.link`.as('address'), 'i.verdict', 'i.reason'])
    .where('i.message_id', '=', messageId)
    .orderBy('i.at')
    .orderBy('i.seq')
    .execute();
}

/** What an email said when it left, as it left. Null: there is no such email, or it never left. `html` null: it is no longer kept. */
export async function readSentEmail(
  db: Db | Trx,
  id: string,
): Promise<{ readonly html: string | null; readonly links: readonly string[]; readonly submittedAt: Instant } | null> {
  const row = await db
    .selectFrom('messages')
    .select([sql<string | null>`content->>'html'`.as('html'), 'links', 'submitted_at'])
    .where('id', '=', id)
    .where(
      'channel',
      'in',
      channelsWith(({ tracking }) => tracking.hasView),
    )
    .executeTakeFirst();
  return row === undefined || row.submitted_at === null ? null : { html: row.html, links: row.links ?? [], submittedAt: row.submitted_at };
}

/** Whom a link of this message is for, and the address or number it went to (null before anything was rendered). Null: no such message. */
export async function readMessageRecipient(
  db: Db | Trx,
  messageId: string,
): Promise<{
  readonly profileId: string;
  readonly channel: Channel;
  /** In lower case. */
  readonly address: string | null;
  readonly cartId: string | null;
} | null> {
  const row = await db
    .selectFrom('messages as m')
    .leftJoin('entries as e', 'e.id', 'm.entry_id')
    .select(['m.profile_id', 'm.channel', 'e.cart_id', sql<string | null>`lower(${addressInContent('m')})`.as('address')])
    .where('m.id', '=', messageId)
    .executeTakeFirst();
  return row ? { profileId: row.profile_id, channel: row.channel as Channel, address: row.address, cartId: row.cart_id } : null;
}

/** What a message recommended, and why; null: nothing, or it is no longer kept. */
export async function readRecommended(db: Db | Trx, id: string): Promise<RecommendedRecord | null> {
  const row = await db.selectFrom('messages').select('recommended').where('id', '=', id).executeTakeFirst();
  return row?.recommended ?? null;
}
