import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/instant.js';
import type { LedgerRow } from '../domain/ledger.js';
import type { Db, Trx } from './db.js';

/** The messages of a canonical profile with a slot after `since`, as caps see them; test sends are outside. */
export async function readLedger(db: Db | Trx, profileId: string, since: Instant): Promise<readonly LedgerRow[]> {
  return (await selectLedger(profileId, since).execute(db)).rows;
}

/** As a statement, to be sent together with a lock. */
export function selectLedger(profileId: string, since: Instant): RawBuilder<LedgerRow> {
  return sql<LedgerRow>`select m.id, m.entry_id as "entryId", m.channel, m.class, m.topic, m.priority, m.state, m.reason, m.slot_at as "slotAt",
      m.counts_toward_cap as "countsTowardCap",
      m.state = 'reserved' and m.attempts > 0 and exists (
        select 1 from attempts a where a.message_id = m.id and coalesce(a.outcome, 'unknown') = 'unknown') as "mayHaveLeft"
    from messages m where m.profile_id = ${profileId} and m.origin <> 'test' and m.slot_at > ${since} order by m.slot_at`;
}
