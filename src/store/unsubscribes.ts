import { sql } from 'kysely';
import { type AddressKey, spellingsOf } from '../domain/consent/suppression.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { takeUnderOthers } from './suppressions.js';

/** Since when all marketing to an address is refused, for everyone who has it. */
export interface Unsubscribe {
  readonly channel: Channel;
  readonly at: Instant;
}

/**
 * Stores that the readers of these addresses refused all marketing: a suppression with a key of its own, beside the one that says why an
 * address gets nothing at all. The newest refusal stands; it is never lifted, because what is said later counts over it. `method`: a code,
 * no address.
 */
export async function keepUnsubscribed(trx: Trx, keys: readonly AddressKey[], method: string, at: Instant): Promise<void> {
  if (keys.length === 0) return;
  await carryOverUnsubscribes(trx, keys);
  await put(
    trx,
    keys.map(({ channel, hash, madeBy }) => ({ channel, hash, madeBy, detail: method, at })),
  );
}

/** Brings what was kept under another secret to the one that signs. How many there were. */
export async function carryOverUnsubscribes(trx: Trx, keys: readonly AddressKey[]): Promise<number> {
  const moved = await takeUnderOthers(trx, keys);
  if (moved.length > 0) await put(trx, moved);
  return moved.length;
}

async function put(
  trx: Trx,
  rows: readonly (Pick<AddressKey, 'channel' | 'hash' | 'madeBy'> & { readonly detail: string | null; readonly at: Instant })[],
): Promise<void> {
  const ordered = rows.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  await trx
    .insertInto('suppressions')
    .values(
      ordered.map(({ channel, hash, detail, at, madeBy = null }) => ({
        channel,
        hash,
        detail,
        reason: 'unsubscribed',
        created_at: at,
        made_by: madeBy,
      })),
    )
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
    .where((where) => where.or(keys.map((key) => where.and([where('channel', '=', key.channel), where('hash', 'in', spellingsOf(key))]))))
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({ ...row, channel: row.channel as Channel }));
}
