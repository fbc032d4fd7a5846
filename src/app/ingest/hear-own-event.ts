import type { ToldByStep } from '../../domain/events/own-event.js';
import type { Matched } from '../../matching/matched.js';
import { settleOwn } from '../../projection/own-event.js';
import type { Trx } from '../../store/db.js';
import { lockProfiles, toProfile } from '../../store/profiles.js';
import { type IngestDeps, projectAndTell, withoutSpecial } from './ingest-events.js';

/**
 * Takes what a step says, inside the transaction of its turn, which has locked the profile and written everything else: so it is heard
 * exactly once, and by whom it concerns at once. Statements: 4, and 1 more where a trigger matches.
 */
export async function hearOwnEvent(deps: IngestDeps, trx: Trx, told: ToldByStep): Promise<readonly Matched[]> {
  const [row] = await lockProfiles(trx, [told.profileId]);
  if (row === undefined) return [];
  const settled = settleOwn(deps, told, toProfile(row), (incoming) => withoutSpecial(deps, incoming));
  const fresh = [{ came: settled.reading, reading: settled.reading }];
  const { matched } = await projectAndTell(deps, trx, { ...settled, fresh, suspects: [] }, [], told.depth);
  return matched;
}
