import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId } from '../domain/values/ids.js';
import { broadcastJourneyId, originOf } from '../journey/internal.js';
import type { Db, Trx } from './db.js';

/** A batch of a broadcast's recipients: the position of its first names it. */
export interface BatchId {
  readonly broadcastId: string;
  readonly first: number;
}

export function journeyOfBroadcast(broadcastId: string): JourneyId {
  return broadcastJourneyId(broadcastId);
}

/** Its work comes last in each line. */
export function isOfBroadcast(journeyId: JourneyId): boolean {
  return originOf(journeyId) === 'broadcast';
}

/** Recipients in one batch at most: one workflow takes the first turns of all of them. */
export const mostInBatch = 250;
/** A batch that its workflow has not ended by then is looked at again, in real milliseconds. */
const graceMs = 120_000;

/**
 * The recipients of these positions join the open batch before them while there is room, or begin another; the poke loop is to look at it
 * now.
 */
export async function addToBatch(trx: Trx, broadcastId: string, of: { readonly from: number; readonly until: number }): Promise<void> {
  const { from, until } = of;
  await sql`with joined as (
      update broadcast_batches set until = ${until}
      where broadcast_id = ${broadcastId} and until = ${from} and poke_real is not null and ${until} - first <= ${mostInBatch} returning 1)
    insert into broadcast_batches (broadcast_id, first, until, poke_real)
    select ${broadcastId}, ${from}::integer, ${until}::integer, real_now_ms() where not exists (select 1 from joined)`.execute(trx);
}

/** Recipients in batches of this broadcast that have not ended. */
export async function countInOpenBatches(trx: Trx, broadcastId: string): Promise<number> {
  const { rows } = await sql<{ readonly n: number }>`select coalesce(sum(until - first), 0)::int as n from broadcast_batches
    where broadcast_id = ${broadcastId} and poke_real is not null`.execute(trx);
  return rows[0]?.n ?? 0;
}

/** Batches that are due for the poke loop, the oldest first; each is looked at again when its workflow has not ended it in time. */
export async function claimBatches(db: Db, limit: number): Promise<readonly BatchId[]> {
  const { rows } = await sql<BatchId>`
    with due as (select broadcast_id, first from broadcast_batches where poke_real <= (select real_now_ms()) order by poke_real limit ${limit} for update skip locked)
    update broadcast_batches b set poke_real = real_now_ms() + ${graceMs}::bigint from due
    where b.broadcast_id = due.broadcast_id and b.first = due.first returning b.broadcast_id as "broadcastId", b.first`.execute(db);
  return rows;
}

/** Temporal was away: as if nobody had looked. */
export async function giveBackBatch(db: Db, { broadcastId, first }: BatchId): Promise<void> {
  await sql`update broadcast_batches set poke_real = real_now_ms() where broadcast_id = ${broadcastId} and first = ${first} and poke_real is not null`.execute(
    db,
  );
}

/** An entry of a batch that no turn has looked at. */
export interface PendingEntry {
  readonly id: EntryId;
  readonly dueAt: Instant;
}

/** Those of a batch, in the order in which they fall due; not those in `except`. */
export async function listPending(
  db: Db | Trx,
  { broadcastId, first }: BatchId,
  page: { readonly limit: number; readonly except: readonly string[] },
): Promise<readonly PendingEntry[]> {
  const { rows } = await sql<PendingEntry>`
    select e.id, e.due_at as "dueAt" from broadcast_batches b
      join broadcast_recipients r on r.broadcast_id = b.broadcast_id and r.position >= b.first and r.position < b.until
      join entries e on e.id = r.entry_id
    where b.broadcast_id = ${broadcastId} and b.first = ${first} and e.entered_at is null and e.state = 'open' and e.activity = 'waiting' and e.cart_id is null
      and not e.id = any(${page.except})
    order by r.position limit ${page.limit}`.execute(db);
  return rows;
}

/** Ends a batch in which nobody is left. False: others have joined it meanwhile. */
export async function endBatch(trx: Trx, batch: BatchId): Promise<boolean> {
  const { broadcastId, first } = batch;
  // A transaction that adds recipients holds the row, and the next statement sees them.
  await sql`select 1 from broadcast_batches where broadcast_id = ${broadcastId} and first = ${first} for update`.execute(trx);
  const left = await listPending(trx, batch, { limit: 1, except: [] });
  if (left.length > 0) return false;
  await sql`update broadcast_batches set poke_real = null where broadcast_id = ${broadcastId} and first = ${first}`.execute(trx);
  return true;
}
