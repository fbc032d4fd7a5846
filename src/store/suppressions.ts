import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import { deadReasons, liftedByConfirmation, type SuppressionReason } from '../domain/suppression.js';
import type { Trx } from './db.js';

/** Begins the detail of a suppression that came over another, with that one's reason; behind it stands its detail. */
const overPrefix = 'over:';

/**
 * Nothing more goes to this address. The first reason stands, unless it lets a transactional message through and the new one does not: then the new one
 * stands over it. `detail`: a code, no address. False: it was suppressed already, and as much.
 */
export async function insertSuppression(
  trx: Trx,
  suppression: {
    readonly channel: Channel;
    readonly hash: string;
    readonly reason: SuppressionReason;
    readonly detail: string | null;
    readonly at: Instant;
  },
): Promise<boolean> {
  const { channel, hash, reason, detail, at } = suppression;
  const row = await trx
    .insertInto('suppressions')
    .values({ channel, hash, reason, detail, created_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(['channel', 'hash'])
        .doUpdateSet({ reason, created_at: at, detail: overOf(sql`suppressions.reason`, sql`suppressions.detail`) })
        .where('suppressions.reason', 'not in', deadReasons)
        .where(sql<SqlBool>`${sql.lit(isDead(reason))}`),
    )
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}

/** Keeps an erased address from ever being written to again. What stands already stays; a STOP keeps in mind that this is under it. */
export async function keepErased(
  trx: Trx,
  keys: readonly { readonly channel: Channel; readonly hash: string; readonly detail: string | null }[],
  at: Instant,
): Promise<void> {
  if (keys.length === 0) return;
  await trx
    .insertInto('suppressions')
    .values(keys.map((key) => ({ ...key, reason: 'erased', created_at: at })))
    .onConflict((conflict) =>
      conflict
        .columns(['channel', 'hash'])
        .doUpdateSet({ detail: overOf(sql`excluded.reason`, sql`excluded.detail`) })
        .where('suppressions.reason', '=', 'stopped')
        .where(sql<SqlBool>`coalesce(suppressions.detail, '') not like ${`${overPrefix}%`}`),
    )
    .execute();
}

function isDead(reason: SuppressionReason): boolean {
  return (deadReasons as readonly SuppressionReason[]).includes(reason);
}

function overOf(reason: RawBuilder<unknown>, detail: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`${sql.lit(overPrefix)} || ${reason} || coalesce(' ' || ${detail}, '')`;
}

/** Lifts a suppression that stands for this reason and no other; what it stood over stands again. False: there is none. */
export async function liftSuppression(
  trx: Trx,
  suppression: { readonly channel: Channel; readonly hash: string; readonly reason: SuppressionReason },
): Promise<boolean> {
  const { channel, hash, reason } = suppression;
  const row = await trx
    .deleteFrom('suppressions')
    .where('channel', '=', channel)
    .where('hash', '=', hash)
    .where('reason', '=', reason)
    .returning(['detail', 'created_at'])
    .executeTakeFirst();
  const [, under, detail = null] = /^over:([a-z-]+)(?: (.*))?$/.exec(row?.detail ?? '') ?? [];
  if (row !== undefined && under !== undefined)
    await trx.insertInto('suppressions').values({ channel, hash, reason: under, detail, created_at: row.created_at }).execute();
  return row !== undefined;
}

/** Lifts what the person's own confirmed act lifts, wherever it stands; what stands over it stays, and will stand over nothing. */
export async function liftByConfirmation(trx: Trx, key: { readonly channel: Channel; readonly hash: string }): Promise<void> {
  for (const reason of liftedByConfirmation) {
    await liftSuppression(trx, { ...key, reason });
    await trx
      .updateTable('suppressions')
      .set({ detail: null })
      .where('channel', '=', key.channel)
      .where('hash', '=', key.hash)
      .where(sql<SqlBool>`detail ~ ${`^${overPrefix}${reason}( |$)`}`)
      .execute();
  }
}
