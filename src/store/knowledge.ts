import { sql } from 'kysely';
import { sharersAtMost } from '../domain/people/sharing.js';
import type { Known } from '../journey/knowledge.js';
import { type AskedSource, readKnown, selectKnown } from '../knowledge/load.js';
import type { TurnRows } from '../turn/world.js';
import type { Db, Trx } from './db.js';
import { selectSharing } from './sharing.js';

/** What these sources know of the person of an entry. One statement; none where nothing is asked. */
export async function readKnowledge(
  db: Db | Trx,
  asked: readonly AskedSource[],
  {
    entry,
    profile,
  }: { readonly entry: Pick<TurnRows['entry'], 'id'>; readonly profile: Pick<TurnRows['profile'], 'id' | 'email' | 'phone'> },
): Promise<Known> {
  if (asked.length === 0) return {};
  const { rows } = await sql<{ readonly known: Readonly<Record<string, unknown>> | null }>`
    with sharing as materialized (${selectSharing({ profileId: profile.id, ...profile })}),
      inbox as materialized (select id from sharing where (select count(*) from sharing) <= ${sharersAtMost})
    select ${selectKnown(asked, { entryId: entry.id, profileId: profile.id })} as known`.execute(db);
  return readKnown(asked, rows[0]?.known ?? null);
}
