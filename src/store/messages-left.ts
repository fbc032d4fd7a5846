import { sql } from 'kysely';
import type { Channel, MessageClass } from '../domain/messages/channel.js';
import type { Outgoing } from '../domain/messages/outgoing.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import { lockKeyOf } from './turn-snapshot.js';

/** A message with its words as they left. Personal data. `content` null: it never left, or its words are not kept. */
export interface LeftMessage {
  readonly id: string;
  readonly profileId: ProfileId;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  readonly priority: number;
  readonly template: string;
  readonly templateVersion: number;
  readonly contentHash: string;
  readonly links: readonly string[] | null;
  readonly content: Outgoing | null;
  /** Null: it never left. */
  readonly leftAt: Instant | null;
}

/** Null: there is no such message, or it was a test. */
export async function readLeft(db: Db | Trx, id: string): Promise<LeftMessage | null> {
  const { rows } = await sql<LeftMessage>`select id, profile_id as "profileId", channel, class, topic, priority, template,
      coalesce(template_version, 1) as "templateVersion", coalesce(content_hash, '') as "contentHash", links,
      case when submitted_at is not null then content end as content, submitted_at as "leftAt"
    from messages where id = ${id} and origin <> 'test'`.execute(db);
  return rows[0] ?? null;
}

/** Locks addresses by their keyed hashes, as a turn does: messages to a shared inbox are counted one after the other. */
export async function lockAddresses(trx: Trx, hashes: readonly string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(key) from unnest(${hashes.toSorted().map(lockKeyOf)}::bigint[]) as keys(key)`.execute(trx);
}
