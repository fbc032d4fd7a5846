import { type SqlBool, sql } from 'kysely';
import type { About } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { toAbout } from './subjects.js';

/** An event as it was taken. `payload` is personal data; empty after an erase. */
export interface EventRecord {
  readonly seq: number;
  readonly messageId: string;
  readonly profileId: string;
  readonly type: string;
  readonly name: string | null;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
  readonly origin: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What each of its facts did, as `match-facts` wrote it. */
  readonly matched: readonly unknown[];
  /** Which write key told it; null: Sojourn itself, or it came before that was kept. */
  readonly keyId: string | null;
  /** The client's own id, where another's event had it already. */
  readonly toldId: string | null;
}

export async function readEvent(db: Db | Trx, messageId: string): Promise<EventRecord | null> {
  const row = await db.selectFrom('events').selectAll().where('message_id', '=', messageId).executeTakeFirst();
  return row ? toEvent(row) : null;
}

/**
 * Of one profile as they happened, or (null) of everybody as they came; the newest first, at most `limit` after the position [occurredAt,
 * seq].
 */
export async function listEvents(
  db: Db | Trx,
  profileId: string | null,
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly EventRecord[]> {
  const { after } = page;
  if (profileId === null) {
    const all = db.selectFrom('events').selectAll().orderBy('seq', 'desc').limit(page.limit);
    return (await (after === null ? all : all.where('seq', '<', Number(after[1]))).execute()).map(toEvent);
  }
  let query = db.selectFrom('events').selectAll().where('profile_id', '=', profileId);
  if (after !== null) query = query.where(sql<SqlBool>`(occurred_at, seq) < (${after[0]}::bigint, ${after[1]}::bigint)`);
  const rows = await query.orderBy('occurred_at', 'desc').orderBy('seq', 'desc').limit(page.limit).execute();
  return rows.map(toEvent);
}

/** Events whose clients gave them this id too, which are kept under ids of their own. */
export async function findOthersToldAs(db: Db | Trx, messageId: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('events').select('message_id').where('told_id', '=', messageId).orderBy('seq').limit(100).execute();
  return rows.map((row) => row.message_id);
}

export interface FactRecord {
  readonly name: string;
  readonly at: Instant;
  readonly cartId: string | null;
  /** Its cart is in it too. */
  readonly about: About;
}

/** What was derived from an event. */
export async function readFacts(db: Db | Trx, eventId: string): Promise<readonly FactRecord[]> {
  const rows = await db
    .selectFrom('facts')
    .select(['name', 'at', 'cart_id', 'subjects'])
    .where('event_id', '=', eventId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ name: row.name, at: row.at, cartId: row.cart_id, about: toAbout(row) }));
}

/** The newest dead letter that an event with this id became; null: none. */
export async function findDeadLetterOf(
  db: Db | Trx,
  messageId: string,
): Promise<{
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  readonly receivedAt: Instant;
  readonly resolvedAt: Instant | null;
} | null> {
  const row = await db
    .selectFrom('dead_letters')
    .select(['id', 'reason', 'detail', 'received_at as receivedAt', 'resolved_at as resolvedAt'])
    .where(sql`payload->>'messageId'`, '=', messageId)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

function toEvent(row: {
  seq: number;
  message_id: string;
  profile_id: string;
  type: string;
  name: string | null;
  occurred_at: number;
  received_at: number;
  origin: string;
  payload: Record<string, unknown>;
  matched: unknown[];
  key_id: string | null;
  told_id: string | null;
}): EventRecord {
  return {
    seq: row.seq,
    messageId: row.message_id,
    profileId: row.profile_id,
    type: row.type,
    name: row.name,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    origin: row.origin,
    payload: row.payload,
    matched: row.matched,
    keyId: row.key_id,
    toldId: row.told_id,
  };
}
