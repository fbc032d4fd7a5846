import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Call, CallId } from '../domain/calls/call.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import type { CallsTable } from './schema.js';

/** A call with what its receiver may want to know of the person. */
export interface DueCall extends Call {
  /** The shop's own id of the person; null: it gave them none. */
  readonly userId: string | null;
}

/**
 * Takes due calls, the oldest first, and puts each off by `leaseMs` before it is made, so that no other process makes it meanwhile, and it
 * is made again where this one dies. `except`: receivers that have enough under way.
 */
export async function claimDueCalls(
  trx: Trx,
  { limit, leaseMs, except }: { readonly limit: number; readonly leaseMs: number; readonly except: readonly string[] },
): Promise<readonly DueCall[]> {
  const { rows } = await sql<Selectable<CallsTable> & { readonly user_id: string | null }>`
    with due as (select id from calls where next_real <= real_now_ms() and receiver <> all(${except}::text[])
      order by next_real limit ${limit} for update skip locked)
    update calls c set next_real = real_now_ms() + ${leaseMs}::bigint, attempts = attempts + 1 from due where c.id = due.id
    returning c.*, (select min(value) from identities i where i.profile_id = c.profile_id and i.kind = 'user') as user_id`.execute(trx);
  return rows.toSorted((a, b) => a.created_at - b.created_at).map(toCall);
}

function toCall(row: Selectable<CallsTable> & { readonly user_id: string | null }): DueCall {
  return {
    id: row.id as CallId,
    kind: row.kind,
    to: row.receiver,
    profileId: row.profile_id as ProfileId,
    entryId: row.entry_id as EntryId,
    journeyId: row.journey_id as JourneyId,
    step: row.step as StepId,
    visit: row.visit,
    orderId: row.order_id,
    data: row.data as Call['data'],
    isAwaited: row.is_awaited,
    createdAt: row.created_at,
    attempts: row.attempts,
    userId: row.user_id,
  };
}

/** It is over: taken (`code` null), or given up. */
export function writeSettledCall(id: CallId, { code, at }: { readonly code: string | null; readonly at: Instant }): RawBuilder<unknown> {
  return sql`update calls set state = ${code === null ? 'done' : 'failed'}, code = ${code}, settled_at = ${at}, next_real = null
    where id = ${id} and state = 'waiting' returning 1`;
}

/** It is tried again after so many real milliseconds. */
export function writePutOff(id: CallId, { code, pauseMs }: { readonly code: string; readonly pauseMs: number }): RawBuilder<unknown> {
  return sql`update calls set code = ${code}, next_real = real_now_ms() + ${pauseMs}::bigint where id = ${id} and state = 'waiting' returning 1`;
}

/** A call as it is shown: what it tells is left out. */
export interface CallRecord {
  readonly id: string;
  readonly kind: Call['kind'];
  readonly receiver: string;
  readonly profileId: string;
  readonly entryId: string;
  readonly journeyId: string;
  readonly step: string;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly attempts: number;
  readonly code: string | null;
  readonly createdAt: Instant;
  readonly settledAt: Instant | null;
}

/** The newest first, after the position [createdAt, id]. */
export async function listCalls(
  db: Db | Trx,
  {
    state,
    receiver,
    profileId,
  }: { readonly state?: CallRecord['state'] | undefined; readonly receiver?: string | undefined; readonly profileId?: string | undefined },
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly CallRecord[]> {
  const is = (column: string, value: string | undefined): RawBuilder<unknown> =>
    value === undefined ? sql`true` : sql`${sql.ref(column)} = ${value}`;
  const { rows } =
    await sql<CallRecord>`select id, kind, receiver, profile_id as "profileId", entry_id as "entryId", journey_id as "journeyId", step,
      state, attempts, code, created_at as "createdAt", settled_at as "settledAt"
    from calls where ${is('state', state)} and ${is('receiver', receiver)} and ${is('profile_id', profileId)}
      and ${page.after === null ? sql`true` : sql`(created_at, id collate "C") < (${page.after[0]}::bigint, ${page.after[1]}::text)`}
    order by created_at desc, id collate "C" desc limit ${page.limit}`.execute(db);
  return rows;
}

/** Tries calls again that were given up: one, or all of a receiver. Answers how many. */
export async function retryCalls(db: Db | Trx, of: { readonly id: string } | { readonly receiver: string }): Promise<number> {
  const which = 'id' in of ? sql`id = ${of.id}` : sql`receiver = ${of.receiver}`;
  const { rows } = await sql`update calls set state = 'waiting', attempts = 0, settled_at = null, next_real = real_now_ms()
    where ${which} and state = 'failed' returning 1`.execute(db);
  return rows.length;
}

/** What was settled before this instant is forgotten; at most so many at once. */
export async function forgetCalls(db: Db | Trx, before: Instant, atMost: number): Promise<number> {
  const { rows } =
    await sql`delete from calls where id in (select id from calls where created_at < ${before} and next_real is null limit ${atMost})
    returning 1`.execute(db);
  return rows.length;
}
