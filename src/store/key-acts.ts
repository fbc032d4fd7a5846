import { type RawBuilder, sql } from 'kysely';
import type { NewKeyAct } from '../projection/rows.js';
import { rowsOf } from './write-together.js';

export function writeKeyActs(acts: readonly NewKeyAct[]): RawBuilder<unknown> | null {
  if (acts.length === 0) return null;
  return sql`insert into key_acts (key_id, profile_id, event_id, kind, at, received_at, kept)
    select "keyId", "profileId", "eventId", kind, at, "receivedAt", kept
    from ${rowsOf(acts.map((act, position) => ({ ...act, position })))}
      as r(position int, "keyId" text, "profileId" text, "eventId" text, kind text, at bigint, "receivedAt" bigint, kept jsonb)
    order by position returning 1`;
}
