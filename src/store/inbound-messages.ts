import type { Instant } from '../domain/instant.js';
import type { Trx } from './db.js';

/** False: a message with this id was taken before. `body` is null where the words say nothing beyond the action. */
export async function insertInboundMessage(
  trx: Trx,
  message: {
    readonly id: string;
    readonly profileId: string | null;
    readonly channel: string;
    readonly action: string;
    readonly body: string | null;
    readonly receivedAt: Instant;
  },
): Promise<boolean> {
  const { id, profileId, channel, action, body, receivedAt } = message;
  const row = await trx
    .insertInto('inbound_messages')
    .values({ id, profile_id: profileId, channel, action, body, received_at: receivedAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Canonical profiles that have this number (E.164) now, ascending. */
export async function findProfilesByPhone(trx: Trx, phone: string): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('profiles')
    .select('id')
    .where('phone', '=', phone)
    .where('merged_into', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
