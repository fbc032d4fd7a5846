import { z } from 'zod';
import { type Channel, channels } from '../domain/messages/channel.js';
import type { ProviderHealth } from '../domain/messages/provider-health.js';
import type { Db } from './db.js';

const prefix = 'provider-health:';

const health = z.object({
  lastSuccessReal: z.number().nullable(),
  failuresInRow: z.number(),
  lookedReal: z.number().nullable(),
  host: z.string().nullable(),
  reply: z.string().nullable(),
  isReached: z.boolean().nullable(),
}) satisfies z.ZodType<ProviderHealth>;

/** The last note of the senders, by channel. */
export async function readProviderHealth(db: Db): Promise<Readonly<Partial<Record<Channel, ProviderHealth>>>> {
  const rows = await db
    .selectFrom('controls')
    .select(['key', 'value'])
    .where(
      'key',
      'in',
      channels.map((channel) => prefix + channel),
    )
    .execute();
  const found: Partial<Record<Channel, ProviderHealth>> = {};
  for (const channel of channels) {
    const read = health.safeParse(rows.find(({ key }) => key === prefix + channel)?.value);
    if (read.success) found[channel] = read.data;
  }
  return found;
}

export async function writeProviderHealth(db: Db, channel: Channel, now: ProviderHealth): Promise<void> {
  const value = JSON.stringify(now);
  const at = now.lookedReal ?? 0;
  await db
    .insertInto('controls')
    .values({ key: prefix + channel, value, updated_at: at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: at }))
    .execute();
}
