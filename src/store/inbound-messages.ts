import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { olderThan } from './entries-read.js';

/** False: a message with this id was taken before. `body` is null where the words say nothing beyond the action. */
export async function insertInboundMessage(
  trx: Trx,
  message: {
    readonly id: string;
    readonly profileId: string | null;
    readonly channel: string;
    readonly action: string;
    readonly body: string | null;
    readonly receivedAt: Instant;
  },
): Promise<boolean> {
  const { id, profileId, channel, action, body, receivedAt } = message;
  const row = await trx
    .insertInto('inbound_messages')
    .values({ id, profile_id: profileId, channel, action, body, received_at: receivedAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** A text that came in, as it is listed. Personal data: `body`. */
export interface InboundMessage {
  readonly id: string;
  readonly profileId: string | null;
  readonly channel: string;
  /** `stop`, `stop-to-review`, `start`, `confirm`, `help` or `reply`. */
  readonly action: string;
  /** Null where the words say nothing beyond the action, or the person was erased. */
  readonly body: string | null;
  readonly receivedAt: Instant;
  readonly reviewedAt: Instant | null;
}

const columns = [
  'id',
  'profile_id as profileId',
  'channel',
  'action',
  'body',
  'received_at as receivedAt',
  'reviewed_at as reviewedAt',
] as const;

/**
 * The newest first, at most `limit` after the position [receivedAt, id]. `review: open`: sentences that were read as STOP and that nobody
 * has looked at.
 */
export async function listInboundMessages(
  db: Db | Trx,
  filter: { readonly review: 'open' | 'all'; readonly profileId: string | null },
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly InboundMessage[]> {
  let query = db.selectFrom('inbound_messages').select(columns);
  if (filter.review === 'open') query = query.where('action', '=', 'stop-to-review').where('reviewed_at', 'is', null);
  if (filter.profileId !== null) query = query.where('profile_id', '=', filter.profileId);
  if (page.after !== null) query = query.where(olderThan('received_at', page.after));
  return query.orderBy('received_at', 'desc').orderBy(sql`id collate "C"`, 'desc').limit(page.limit).execute();
}

export async function readInboundMessage(db: Db | Trx, id: string): Promise<InboundMessage | null> {
  return (await db.selectFrom('inbound_messages').select(columns).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** False: it waits for no review, or somebody has looked at it already. */
export async function noteReviewed(trx: Trx, id: string, at: Instant): Promise<boolean> {
  const row = await trx
    .updateTable('inbound_messages')
    .set({ reviewed_at: at })
    .where('id', '=', id)
    .where('action', '=', 'stop-to-review')
    .where('reviewed_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Did these people ask us to stop by another text than this one, at `since` or later? */
export async function hasOtherStop(
  trx: Trx,
  of: { readonly id: string; readonly profileIds: readonly string[]; readonly since: Instant },
): Promise<boolean> {
  const row = await trx
    .selectFrom('inbound_messages')
    .select('id')
    .where('profile_id', 'in', of.profileIds)
    .where('action', 'in', ['stop', 'stop-to-review'])
    .where('id', '<>', of.id)
    .where('received_at', '>=', of.since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
