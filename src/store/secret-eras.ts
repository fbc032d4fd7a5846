import { sql } from 'kysely';
import type { SecretEra } from '../domain/keys/secret-eras.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** One process after another decides with which secret an era begins. Until the transaction ends. */
export async function lockEras(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sojourn.secret_eras'))`.execute(trx);
}

/** The oldest first. */
export async function readEras(db: Db | Trx): Promise<readonly SecretEra[]> {
  return db
    .selectFrom('secret_eras')
    .select(['fingerprint', 'place', 'since_at as since', 'retired_at as retiredAt', 'derives'])
    .orderBy('since_at')
    .orderBy('seq')
    .execute();
}

export async function beginEra(trx: Trx, era: Pick<SecretEra, 'fingerprint' | 'place' | 'since' | 'derives'>): Promise<void> {
  const { fingerprint, place, since, derives } = era;
  await trx.insertInto('secret_eras').values({ fingerprint, place, since_at: since, retired_at: null, derives }).execute();
}

/** From now on a start may leave this secret out. */
export async function retireEras(trx: Trx, fingerprint: string, at: Instant): Promise<void> {
  await trx
    .updateTable('secret_eras')
    .set({ retired_at: at })
    .where('fingerprint', '=', fingerprint)
    .where('retired_at', 'is', null)
    .execute();
}

/** The newest message that a step sent: its id tells by which secret it was made. Null: nothing was sent. */
export async function newestStepMessage(
  db: Db | Trx,
): Promise<{ readonly id: string; readonly entryId: string; readonly step: string; readonly visit: number } | null> {
  const { rows } = await sql<{ id: string; entryId: string; step: string; visit: number }>`
    select id, entry_id as "entryId", step, visit from messages
    where entry_id is not null and step is not null and visit is not null order by created_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/** Has nothing been made with any secret yet? */
export async function isUntouched(db: Db | Trx): Promise<boolean> {
  const { rows } = await sql<{ touched: boolean }>`select exists (select from messages) or exists (select from suppressions)
    or exists (select from events) or exists (select from idempotency_keys) as touched`.execute(db);
  return rows[0]?.touched === false;
}
