import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import type { SuppressionReason } from '../domain/suppression.js';
import type { Trx } from './db.js';

/** Nothing more goes to this address. The first reason stands. `detail`: a code, no address. False: it was suppressed already. */
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
    .onConflict((conflict) => conflict.columns(['channel', 'hash']).doNothing())
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}

/** Lifts a suppression that stands for this reason and no other. False: there is none. */
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
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}
