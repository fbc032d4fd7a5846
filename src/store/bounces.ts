import { sql } from 'kysely';
import { type BounceHistory, bounceStatuses, unconfirmedWindowMs } from '../domain/messages/bounce.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Trx } from './db.js';
import { arrived } from './delivered.js';
import { addressOfMessage } from './receipts.js';

/** How the messages of a channel to one address of a person came back, up to now. `address`: lower case. */
export async function readBounceHistory(
  trx: Trx,
  of: { readonly profileId: ProfileId; readonly channel: Channel; readonly address: string; readonly at: Instant },
): Promise<BounceHistory> {
  const { profileId, address, at } = of;
  const soft = sql`r.status = ${bounceStatuses.soft} and mails.submitted_at > coalesce(arrived.at, 0)`;
  const { rows } = await sql<{ soft: number; first_at: Instant | null; last_at: Instant | null; unconfirmed: number }>`
    with mails as (
      select m.id, m.submitted_at, ${arrived('m', at)} as arrived from messages m
      where m.profile_id = ${profileId} and m.channel = ${of.channel} and m.submitted_at is not null and ${addressOfMessage('m')} = ${address}
    ), arrived as (
      select max(submitted_at) as at from mails where mails.arrived
    )
    select count(distinct r.message_id) filter (where ${soft})::int as soft,
      min(r.at) filter (where ${soft}) as first_at, max(r.at) filter (where ${soft}) as last_at,
      count(distinct r.message_id) filter (where r.status = ${bounceStatuses['hard-unconfirmed']} and r.at > ${at - unconfirmedWindowMs})::int as unconfirmed
    from receipts r join mails on mails.id = r.message_id cross join arrived`.execute(trx);
  const [row] = rows;
  return {
    soft: { count: row?.soft ?? 0, firstAt: row?.first_at ?? at, lastAt: row?.last_at ?? at },
    unconfirmed: row?.unconfirmed ?? 0,
  };
}
