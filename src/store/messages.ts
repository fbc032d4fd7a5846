import { type Insertable, type RawBuilder, sql } from 'kysely';
import type { StoredDetail, Verdict } from '../domain/gate/verdict.js';
import { channelKind } from '../domain/messages/channel.js';
import type { AttemptOutcome, MessageState } from '../domain/messages/message.js';
import type { Outgoing } from '../domain/messages/outgoing.js';
import type { RecommendedRecord } from '../domain/recommendations/record.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, MessageId } from '../domain/values/ids.js';
import { leaseMs } from '../domain/values/lease.js';
import { addressOf } from '../turn/content.js';
import type { MessageStanding, NewMessage } from '../turn/effects.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';
import { mayHaveLeft } from './may-have-left.js';
import { insertRow, type RowToWrite } from './rows.js';
import type { MessagesTable } from './schema.js';
import { rowsOf } from './write-together.js';

/** Writes the message with its standing; a later verdict on the same message changes only where it stands. */
export function writeMessage(message: NewMessage, standing: MessageStanding): RawBuilder<unknown> {
  const { row, orUpdate } = messageRow(message, standing);
  return insertRow('messages', row, orUpdate);
}

/** Columns of messages that hold JSON. */
export const jsonOfMessages: readonly string[] = ['content', 'links', 'recommended'];

export function messageRow(message: NewMessage, standing: MessageStanding): RowToWrite<'messages'> {
  const row = {
    state: standing.state,
    reason: standing.reason,
    slot_at: standing.slotAt,
    updated_at: standing.at,
    lease_real: null,
    ...addressed(message),
    ...(message.mailboxProvider === undefined ? {} : { mailbox_provider: message.mailboxProvider }),
  };
  return rowOf(message, standing.at, row);
}

/** An attempt as it begins. */
export interface BeginningAttempt {
  readonly n: number;
  readonly at: Instant;
  readonly leaseReal: number;
  readonly outgoing: Outgoing;
  readonly templateVersion: number;
  readonly contentHash: string;
  /** Addresses behind its numbered links; null: they do not tell. */
  readonly links: readonly string[] | null;
  readonly recommended?: RecommendedRecord | undefined;
  /** The promise whose code it shows. */
  readonly promise?: number | undefined;
  readonly provider: string;
}

/**
 * The message begins to leave: state `submitting` and an attempt with its lease, committed before the provider is called. Both in one
 * statement or the message first.
 */
export function writeAttempt(
  message: NewMessage,
  attempt: BeginningAttempt,
): Readonly<Record<'messages' | 'attempts', RawBuilder<unknown>>> {
  const { messages, attempts } = attemptRows(message, attempt);
  return { messages: insertRow('messages', messages.row, messages.orUpdate), attempts: insertRow('attempts', attempts.row) };
}

export function attemptRows(
  message: NewMessage,
  attempt: BeginningAttempt,
): { readonly messages: RowToWrite<'messages'>; readonly attempts: RowToWrite<'attempts'> } {
  const { outgoing } = attempt;
  const row = {
    state: 'submitting',
    reason: null,
    slot_at: attempt.at,
    attempts: attempt.n,
    lease_real: attempt.leaseReal,
    ...addressed(message),
    content: JSON.stringify(outgoing),
    content_hash: attempt.contentHash,
    links: attempt.links === null ? null : JSON.stringify(attempt.links),
    ...(attempt.recommended === undefined ? {} : { recommended: jsonText(attempt.recommended) }),
    ...(attempt.promise === undefined ? {} : { promise_id: attempt.promise }),
    template_version: attempt.templateVersion,
    segments: 'segments' in outgoing ? outgoing.segments : null,
    mailbox_provider: channelKind(message.channel).address.providerOf(addressOf(outgoing)),
    provider: attempt.provider,
    submitted_at: attempt.at,
    updated_at: attempt.at,
  };
  const attempts = {
    message_id: message.id,
    n: attempt.n,
    started_at: attempt.at,
    lease_real: attempt.leaseReal,
    outcome: null,
    code: null,
    provider_id: null,
    finished_at: null,
  };
  return { messages: rowOf(message, attempt.at, row), attempts: { row: attempts, orUpdate: [] } };
}

function addressed({ addressHash, country }: NewMessage): { readonly address_hash?: string | null; readonly country?: string } {
  return { ...(addressHash === undefined ? {} : { address_hash: addressHash }), ...(country === undefined ? {} : { country }) };
}

type Changing = 'state' | 'reason' | 'slot_at' | 'updated_at' | 'lease_real';
type Standing = Pick<Insertable<MessagesTable>, Changing> & Partial<Omit<Insertable<MessagesTable>, Changing>>;

/** `row`: what a new row has beside what never changes; one that is there takes all of it. */
function rowOf(message: NewMessage, createdAt: Instant, row: Standing): RowToWrite<'messages'> {
  return {
    row: {
      id: message.id,
      origin: message.origin,
      entry_id: message.entryId,
      journey_id: message.journeyId,
      version: message.version,
      step: message.step,
      visit: message.visit,
      profile_id: message.profileId,
      channel: message.channel,
      class: message.class,
      topic: message.topic,
      priority: message.priority,
      counts_toward_cap: message.countsTowardCap ?? null,
      template: message.template,
      deadline_at: message.deadlineAt,
      created_at: createdAt,
      ...row,
    },
    orUpdate: Object.keys(row) as (keyof Standing)[],
  };
}

/** What an attempt came to. */
export interface AttemptToWrite {
  readonly messageId: MessageId;
  readonly n: number;
  readonly outcome: AttemptOutcome;
  readonly at: Instant;
}

/** A late answer never overwrites a better one: accepted > unknown > not-sent. */
export function writeAttemptOutcome(...attempts: readonly AttemptToWrite[]): RawBuilder<unknown> {
  const rows = attempts.map(({ messageId, n, outcome, at }) => ({
    messageId,
    n,
    at,
    outcome: outcome.kind,
    code: outcome.kind === 'accepted' ? null : outcome.code,
    providerId: outcome.kind === 'accepted' ? outcome.providerId : null,
    host: outcome.said?.host ?? null,
    reply: outcome.said?.reply ?? null,
  }));
  return sql`update attempts a set outcome = r.outcome, code = r.code, provider_id = r."providerId", finished_at = r.at, host = r.host, reply = r.reply
    from ${rowsOf(rows)} as r("messageId" text, n integer, at bigint, outcome text, code text, "providerId" text, host text, reply text)
    where a.message_id = r."messageId" and a.message_id = any(${rows.map(({ messageId }) => messageId)}) and a.n = r.n
      and (a.outcome is null or a.outcome <> 'accepted') returning 1`;
}

/** A message after its attempts were folded. */
export interface SettledMessage {
  readonly id: MessageId;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly slotAt: Instant | null;
  readonly providerId: string | null;
  readonly at: Instant;
}

/** A receipt may have come first: `delivered`, `bounced` and `failed` stand. */
export function writeSettled(...settled: readonly SettledMessage[]): RawBuilder<unknown> {
  return sql`update messages m set state = r.state, reason = r.reason, lease_real = null, updated_at = r.at,
      slot_at = coalesce(r."slotAt", m.slot_at), provider_id = coalesce(r."providerId", m.provider_id),
      accepted_at = case when r.state = 'accepted' then r.at else m.accepted_at end
    from ${rowsOf(settled)} as r(id text, state text, reason text, "slotAt" bigint, "providerId" text, at bigint)
    where m.id = r.id and m.id = any(${settled.map(({ id }) => id)}) and m.state not in ('delivered', 'bounced', 'failed')
      and (r.state = 'accepted' or m.state <> 'accepted') returning 1`;
}

/**
 * The state of a promised message when its entry ends: released, unless an earlier attempt may have reached the provider. Then it counts
 * from that attempt, because there is no next one.
 */
export function setReleased(at: Instant, reason: 'exited' | 'stuck' = 'exited'): RawBuilder<unknown> {
  const hasPerhapsLeft = mayHaveLeft(sql`messages.id`);
  return sql`state = case when ${hasPerhapsLeft} then 'unknown' else 'released' end,
    slot_at = case when ${hasPerhapsLeft} then coalesce(submitted_at, slot_at) else slot_at end, reason = ${reason}, updated_at = ${at}`;
}

/** An entry that ends, or is stuck, gives back the slots that it was promised. */
export function writeReleased(entryId: EntryId, at: Instant, reason?: 'stuck'): RawBuilder<unknown> {
  return sql`update messages set ${setReleased(at, reason)} where entry_id = ${entryId} and state = 'reserved' returning 1`;
}

/** Appends a verdict; every one is a row, whatever it says. */
export function writeVerdict(messageId: MessageId, decision: Verdict, at: Instant): RawBuilder<unknown> {
  return insertRow('verdicts', verdictRow(messageId, decision, at).row);
}

export function verdictRow(messageId: MessageId, decision: Verdict, at: Instant): RowToWrite<'verdicts'> {
  const row = {
    message_id: messageId,
    at,
    decision: decision.kind,
    reason: decision.kind === 'send' ? null : decision.reason,
    detail: JSON.stringify(storedDetail(decision)),
    until_at: decision.kind === 'defer' ? decision.until : null,
  };
  return { row, orUpdate: [] };
}

function storedDetail(decision: Verdict): StoredDetail {
  return {
    ...(decision.kind === 'send' ? {} : decision.detail),
    ...('displaces' in decision && decision.displaces !== undefined ? { displaces: decision.displaces } : {}),
    ...(decision.kind === 'withhold' ? { instead: decision.instead } : {}),
  };
}

/** The database's own real clock, in milliseconds: leases are measured by it. */
export async function readRealNow(trx: Trx): Promise<number> {
  const { rows } = await sql<{ readonly now: number }>`select real_now_ms() as now`.execute(trx);
  return rows[0]?.now ?? 0;
}

/** What a message said when it left, with the real instant of its last attempt. Null: it never left. */
export async function readStoredContent(
  db: Db | Trx,
  id: MessageId,
): Promise<{
  readonly outgoing: Outgoing;
  readonly templateVersion: number;
  readonly contentHash: string;
  readonly links: readonly string[] | null;
  readonly atMostOnce: boolean;
  readonly submittedReal: number;
} | null> {
  const row = await db
    .selectFrom('messages as m')
    .innerJoin('attempts as a', (join) => join.onRef('a.message_id', '=', 'm.id').onRef('a.n', '=', 'm.attempts'))
    .leftJoin('template_versions as t', (join) =>
      join.onRef('t.template_id', '=', 'm.template').onRef('t.version', '=', 'm.template_version'),
    )
    .select(['m.content', 'm.template_version', 'm.content_hash', 'm.links', 'a.lease_real'])
    .select(sql<boolean>`coalesce((t.compiled ->> 'atMostOnce')::boolean, false)`.as('at_most_once'))
    .where('m.id', '=', id)
    .executeTakeFirst();
  if (!row?.content || row.template_version === null || row.content_hash === null) return null;
  return {
    outgoing: row.content as unknown as Outgoing,
    templateVersion: row.template_version,
    contentHash: row.content_hash,
    links: row.links,
    atMostOnce: row.at_most_once,
    submittedReal: row.lease_real - leaseMs,
  };
}
