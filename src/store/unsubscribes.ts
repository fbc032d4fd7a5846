import { sql } from 'kysely';
import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import type { Db, Trx } from './db.js';

interface AddressKey {
  readonly channel: Channel;
  /** Of `unsubscribeKey`. */
  readonly hash: string;
}

/** Since when all marketing to an address is refused, whoever has it. */
export interface Unsubscribe {
  readonly channel: Channel;
  readonly at: Instant;
}

/**
 * Keeps that whoever reads these addresses refused all marketing: a suppression with a key of its own, beside the one that says why an address gets nothing
 * at all. The newest refusal stands; it is never lifted, because what is said later counts over it. `method`: a code, no address.
 */
export async function keepUnsubscribed(trx: Trx, keys: readonly AddressKey[], method: string, at: Instant): Promise<void> {
  if (keys.length === 0) return;
  const ordered = keys.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  await trx
    .insertInto('suppressions')
    .values(ordered.map(({ channel, hash }) => ({ channel, hash, reason: 'unsubscribed', detail: method, created_at: at })))
    .onConflict((conflict) =>
      conflict
        .columns(['channel', 'hash'])
        .doUpdateSet({ detail: sql`excluded.detail`, created_at: sql`greatest(suppressions.created_at, excluded.created_at)` }),
    )
    .execute();
}

export async function readUnsubscribes(db: Db | Trx, keys: readonly AddressKey[]): Promise<readonly Unsubscribe[]> {
  if (keys.length === 0) return [];
  const rows = await db
    .selectFrom('suppressions')
    .select(['channel', 'created_at as at'])
    .where((where) => where.or(keys.map(({ channel, hash }) => where.and([where('channel', '=', channel), where('hash', '=', hash)]))))
    .execute();
  return rows.map((row) => ({ ...row, channel: row.channel as Channel }));
}
