import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import type { SuppressionReason } from '../domain/suppression.js';
import type { Trx } from './db.js';

/** Nothing more goes to this address. The first reason stands. `detail`: a code, no address. */
export async function insertSuppression(
  trx: Trx,
  suppression: {
    readonly channel: Channel;
    readonly hash: string;
    readonly reason: SuppressionReason;
    readonly detail: string | null;
    readonly at: Instant;
  },
): Promise<void> {
  const { channel, hash, reason, detail, at } = suppression;
  await trx
    .insertInto('suppressions')
    .values({ channel, hash, reason, detail, created_at: at })
    .onConflict((conflict) => conflict.columns(['channel', 'hash']).doNothing())
    .execute();
}
