import { type RawBuilder, sql } from 'kysely';
import { channelKind, channelsWith } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';

/** The message `alias` arrived, as far as anybody can know: the provider said so, or its channel is one where that counts after a while. */
export function arrived(alias: string, at: Instant): RawBuilder<boolean> {
  const [state, channel, acceptedAt] = ['state', 'channel', 'accepted_at'].map((column) => sql.ref(`${alias}.${column}`));
  const silent = channelsWith(({ deliveredAfterMs }) => deliveredAfterMs !== null).map(
    (id) => sql`(${state} = 'accepted' and ${channel} = ${id} and ${acceptedAt} < ${at - (channelKind(id).deliveredAfterMs ?? 0)})`,
  );
  return sql<boolean>`(${sql.join([sql`${state} = 'delivered'`, ...silent], sql` or `)})`;
}

/** Its state as reports count it. */
export function countedState(alias: string, at: Instant): RawBuilder<string> {
  return sql<string>`case when ${arrived(alias, at)} then 'delivered' else ${sql.ref(`${alias}.state`)} end`;
}
