import { type RawBuilder, sql } from 'kysely';
import { complaintStatus, liftedComplaintStatus } from '../domain/messages/bounce.js';
import type { Channel } from '../domain/messages/channel.js';
import type { MessageState } from '../domain/messages/message.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, MessageId, ProfileId } from '../domain/values/ids.js';
import { addressInContent } from './channel-sql.js';
import type { Trx } from './db.js';

/** A message as a receipt finds it. */
export interface ReceiptMessage {
  readonly id: MessageId;
  readonly profileId: ProfileId;
  readonly entryId: EntryId | null;
  readonly entryIsLive: boolean;
  readonly journeyId: string | null;
  readonly step: string | null;
  readonly channel: Channel;
  readonly class: string;
  readonly origin: 'journey' | 'test' | 'api' | 'broadcast';
  readonly state: MessageState;
  /** Where it went, normalised as far as lower case goes; null: it never left, or the person was erased. */
  readonly address: string | null;
  readonly mailboxProvider: string | null;
}

/** Whose message this is; null: there is none. Read without locks, to know what to lock. */
export async function findMessageOwner(trx: Trx, messageId: string): Promise<ProfileId | null> {
  const row = await trx.selectFrom('messages').select('profile_id').where('id', '=', messageId).executeTakeFirst();
  return (row?.profile_id as ProfileId | undefined) ?? null;
}

/** Locks a message. The caller has locked its profile. */
export async function lockMessage(trx: Trx, messageId: string): Promise<ReceiptMessage | null> {
  const row = await trx
    .selectFrom('messages as m')
    .leftJoin('entries as e', 'e.id', 'm.entry_id')
    .select(['m.id', 'm.profile_id', 'm.entry_id', 'm.journey_id', 'm.step', 'm.channel', 'm.class', 'm.origin', 'm.state'])
    .select(['m.mailbox_provider', 'e.state as entry_state', addressOfMessage('m').as('address')])
    .where('m.id', '=', messageId)
    .forUpdate('m')
    .executeTakeFirst();
  if (!row) return null;
  return {
    id: row.id as MessageId,
    profileId: row.profile_id as ProfileId,
    entryId: row.entry_id as EntryId | null,
    entryIsLive: row.entry_state !== null && row.entry_state !== 'finished',
    journeyId: row.journey_id,
    step: row.step,
    channel: row.channel as Channel,
    class: row.class,
    origin: row.origin,
    state: row.state as MessageState,
    address: row.address,
    mailboxProvider: row.mailbox_provider,
  };
}

/** The address in a message's content, in lower case: `lower(m.content->'to'->>'address')` of an email, the number of a text. */
export function addressOfMessage(alias: string): RawBuilder<string | null> {
  return sql<string | null>`lower(${addressInContent(alias)})`;
}

/** False: this status of this message is already known. */
export async function insertReceipt(
  trx: Trx,
  receipt: {
    readonly messageId: MessageId;
    readonly provider: string;
    readonly providerId: string;
    readonly status: string;
    readonly code: string | null;
    readonly at: Instant;
  },
): Promise<boolean> {
  const { messageId, provider, providerId, status, code, at } = receipt;
  const row = await trx
    .insertInto('receipts')
    .values({ dedupe: `${provider}/${providerId}/${status}`, message_id: messageId, provider, status, code, at, received_at: at })
    .onConflict((conflict) => conflict.column('dedupe').doNothing())
    .returning('seq')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * The state that a receipt made of a message, and with it the proof that the provider had its last attempt. Other answers that come late
 * stand behind.
 */
export async function settleByReceipt(
  trx: Trx,
  settled: { readonly messageId: MessageId; readonly state: MessageState; readonly providerId: string; readonly at: Instant },
): Promise<void> {
  const { messageId, state, providerId, at } = settled;
  await trx
    .updateTable('messages')
    .set({
      state,
      reason: null,
      lease_real: null,
      provider_id: sql<string>`coalesce(provider_id, ${providerId})`,
      accepted_at: sql<number>`coalesce(accepted_at, ${at})`,
      updated_at: at,
    })
    .where('id', '=', messageId)
    .execute();
  await trx
    .updateTable('attempts')
    .set({ outcome: 'accepted', code: null, provider_id: providerId, finished_at: sql<number>`coalesce(finished_at, ${at})` })
    .where('message_id', '=', messageId)
    .where('n', '=', sql<number>`(select max(n) from attempts where message_id = ${messageId})`)
    .where((where) => where.or([where('outcome', 'is', null), where('outcome', '<>', 'accepted')]))
    .execute();
}

/** How many messages of this person came back with one of these codes since then. */
export async function countReceiptCodes(trx: Trx, profileId: ProfileId, codes: readonly string[], since: Instant): Promise<number> {
  const row = await trx
    .selectFrom('receipts as r')
    .innerJoin('messages as m', 'm.id', 'r.message_id')
    .select((select) => select.fn.count<number>('r.message_id').distinct().as('count'))
    .where('m.profile_id', '=', profileId)
    .where('r.code', 'in', codes)
    .where('r.at', '>', since)
    .executeTakeFirstOrThrow();
  return row.count;
}

/**
 * Complaints about the mails of this person were none: kept under another status, which nothing counts, and the same one again changes
 * nothing.
 */
export async function liftComplaints(trx: Trx, profileId: string): Promise<void> {
  await sql`update receipts set status = ${liftedComplaintStatus}
    where status = ${complaintStatus} and message_id in (select id from messages where profile_id = ${profileId})`.execute(trx);
}
