import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../domain/events/event.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import { rowsOf } from './write-together.js';

export interface NewEvent {
  readonly messageId: string;
  readonly profileId: ProfileId;
  readonly type: EventType;
  readonly name: string | null;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
  readonly origin: string;
  /** As the client sent it. */
  readonly payload: unknown;
  /** Which source reads the payload (`src/sources`); absent: Sojourn itself. */
  readonly source?: string;
  /** What it did, or why nothing; a list of `Matched`. */
  readonly matched: readonly unknown[];
  /** Absent: Sojourn itself. */
  readonly keyId?: string | null;
  /** The client's own id, where another event had it already. */
  readonly toldId?: string | null;
}

/** Events with what they matched. Touches fewer rows than given when one of them was stored meanwhile. */
export function writeEvents(events: readonly NewEvent[]): RawBuilder<unknown> | null {
  if (events.length === 0) return null;
  return sql`insert into events (message_id, profile_id, type, name, occurred_at, received_at, origin, payload, matched, key_id, told_id, source)
    select "messageId", "profileId", type, name, "occurredAt", "receivedAt", origin, payload, matched, "keyId", "toldId", source
    from ${rowsOf(events)} as r("messageId" text, "profileId" text, type text, name text, "occurredAt" bigint, "receivedAt" bigint, origin text, payload jsonb, matched jsonb, "keyId" text, "toldId" text, source text)
    on conflict (message_id) do nothing returning 1`;
}
