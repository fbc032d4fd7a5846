import { type RawBuilder, sql } from 'kysely';
import type { LedgerRow } from '../domain/gate/ledger.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { mayHaveLeftAt } from './may-have-left.js';

/** Whose ledger it is: a canonical profile, and the keyed hashes of their addresses, which others may share. */
export interface LedgerOf {
  readonly profileId: string;
  readonly addressHashes: readonly string[];
}

/** The messages of a person, and of others to their addresses, with a slot after `since`, as caps see them; test sends are outside. */
export async function readLedger(db: Db | Trx, of: LedgerOf, since: Instant): Promise<readonly LedgerRow[]> {
  return (await selectLedger(of, since).execute(db)).rows;
}

/** As a statement, to be sent together with a lock. */
export function selectLedger({ profileId, addressHashes }: LedgerOf, since: Instant): RawBuilder<LedgerRow> {
  return sql<LedgerRow>`select m.id, m.profile_id <> ${profileId} as "isOfAnother", m.entry_id as "entryId", m.channel, m.class, m.topic, m.priority,
      m.state, m.reason, m.slot_at as "slotAt", m.counts_toward_cap as "countsTowardCap",
      ${mayHaveLeftAt} as "mayHaveLeftAt"
    from (select * from messages where profile_id = ${profileId} and origin <> 'test' and slot_at > ${since}
      union all select * from messages where address_hash = any(${addressHashes}::text[]) and profile_id <> ${profileId} and origin <> 'test'
        and slot_at > ${since}) m order by m.slot_at`;
}
