import { type RawBuilder, sql } from 'kysely';
import type { ConsentRecord } from '../domain/consent.js';
import type { ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { rowsOf } from './write-together.js';

/** One act with its evidence. The ledger only grows. */
export interface ConsentAct extends ConsentRecord {
  readonly profileId: ProfileId;
  readonly recordedAt: Instant;
  /** The words that the person saw. */
  readonly text: string | null;
  /** The event that told it; null when the API did. */
  readonly eventId: string | null;
}

export function writeConsents(acts: readonly ConsentAct[]): RawBuilder<unknown> | null {
  if (acts.length === 0) return null;
  return sql`insert into consents (profile_id, channel, topic, state, occurred_at, recorded_at, method, source, text, event_id)
    select "profileId", channel, topic, state, at, "recordedAt", method, source, text, "eventId"
    from ${rowsOf(acts)} as r("profileId" text, channel text, topic text, state text, at bigint, "recordedAt" bigint, method text, source text, text text, "eventId" text)
    returning 1`;
}
