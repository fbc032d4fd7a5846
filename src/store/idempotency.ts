import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** What a request of this key made. Hashes are keyed, so that neither key nor request can be guessed from them. */
export interface IdempotencyRecord {
  readonly keyHash: string;
  readonly requestHash: string;
  /** The entry or broadcast that it made. */
  readonly madeId: string;
  readonly createdAt: Instant;
}

/**
 * Takes the key, or tells what it was taken for. Another request of this key that is under way is waited for. Two statements at most.
 */
export async function takeIdempotencyKey(trx: Trx, record: IdempotencyRecord): Promise<IdempotencyRecord> {
  const taken = await trx
    .insertInto('idempotency_keys')
    .values({ key_hash: record.keyHash, request_hash: record.requestHash, entry_id: record.madeId, created_at: record.createdAt })
    .onConflict((conflict) => conflict.column('key_hash').doNothing())
    .returning('key_hash')
    .executeTakeFirst();
  if (taken !== undefined) return record;
  const row = await trx.selectFrom('idempotency_keys').selectAll().where('key_hash', '=', record.keyHash).executeTakeFirstOrThrow();
  return { keyHash: row.key_hash, requestHash: row.request_hash, madeId: row.entry_id, createdAt: row.created_at };
}

/** Keeps the first answer to a request of this key, and tells it to every other. */
export async function keepAnswer(db: Db | Trx, keyHash: string, answer: object): Promise<unknown> {
  const { rows } = await sql<{ readonly answer: unknown }>`
    update idempotency_keys set answer = coalesce(answer, ${JSON.stringify(answer)}::jsonb) where key_hash = ${keyHash} returning answer`.execute(
    db,
  );
  return rows[0]?.answer ?? answer;
}

/**
 * What the key was taken for, and the answer to that request (`answer` null: it was not answered, or only that it is made); null: the key
 * is new. `keyHashes`: under each secret.
 */
export async function findIdempotencyKey(
  db: Db,
  keyHashes: readonly string[],
): Promise<(Pick<IdempotencyRecord, 'keyHash' | 'requestHash' | 'madeId'> & { readonly answer: unknown }) | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['key_hash as keyHash', 'request_hash as requestHash', 'entry_id as madeId', 'answer'])
    .where('key_hash', 'in', keyHashes)
    .executeTakeFirst();
  return row ?? null;
}

/** Keys made before this instant may be used again. */
export async function forgetIdempotencyKeys(db: Db, before: Instant): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('created_at', '<', before).execute();
}
