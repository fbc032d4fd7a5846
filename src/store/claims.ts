import { type RawBuilder, sql } from 'kysely';
import type { Claim } from '../domain/keys/browser-word.js';
import type { Instant } from '../domain/time/instant.js';
import type { NewClaim } from '../projection/rows.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

/** Claims about a person: as many of the newest as a person can look through. One that is made again is one. */
export const claimsKept = 20;

export function writeClaims(claims: readonly NewClaim[]): RawBuilder<unknown> | null {
  if (claims.length === 0) return null;
  return sql`insert into claims as c (profile_id, kind, value, event_id, key_id, at, received_at)
    select distinct on ("profileId", kind, value) "profileId", kind, value, "eventId", "keyId", at, "receivedAt"
    from ${rowsOf(claims)} as r("profileId" text, kind text, value text, "eventId" text, "keyId" text, at bigint, "receivedAt" bigint)
    where (select count(*) from claims o where o.profile_id = r."profileId" and o.kind = r.kind) < ${claimsKept}
    order by "profileId", kind, value, at desc
    on conflict (profile_id, kind, value) do update set event_id = excluded.event_id, key_id = excluded.key_id, at = excluded.at, received_at = excluded.received_at
    returning 1`;
}

/** A claim as it is shown. */
export interface ClaimRecord extends Claim {
  readonly eventId: string;
  readonly keyId: string | null;
  readonly at: Instant;
}

/** Of one person, the newest first. */
export async function readClaims(db: Db | Trx, profileId: string): Promise<readonly ClaimRecord[]> {
  return db
    .selectFrom('claims')
    .select(['kind', 'value', 'event_id as eventId', 'key_id as keyId', 'at'])
    .where('profile_id', '=', profileId)
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .execute();
}
