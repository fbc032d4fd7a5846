import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** `unsubscribe`: links for who has only an incomplete one; `data`: the link that opens what is kept of a person. */
export type LinkRequestKind = 'unsubscribe' | 'data';

interface AskingAddress {
  readonly kind: LinkRequestKind;
  readonly channel: Channel;
  /** Of `suppressionKeys`. */
  readonly hash: string;
}

/**
 * Takes the turn of this address to be sent a link. False: it was sent one of this kind after `since`. Locks the row until the transaction
 * ends.
 */
export async function claimLinkRequest(
  trx: Trx,
  { kind, channel, hash }: AskingAddress,
  when: { readonly at: Instant; readonly since: Instant },
): Promise<boolean> {
  const claimed = await trx
    .insertInto('link_requests')
    .values({ kind, channel, hash, asked_at: when.at })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'channel', 'hash']).doUpdateSet({ asked_at: when.at }).where('link_requests.asked_at', '<=', when.since),
    )
    .returning('asked_at')
    .executeTakeFirst();
  return claimed !== undefined;
}

/** Forgets which addresses asked up to this instant. */
export async function forgetLinkRequests(db: Db | Trx, until: Instant): Promise<void> {
  await db.deleteFrom('link_requests').where('asked_at', '<=', until).execute();
}
