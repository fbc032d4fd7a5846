import { crowdedForMs } from '../../domain/people/crowded-id.js';
import { listSuspectIds, type SuspectId } from '../../store/suspect-ids.js';
import type { AppDeps } from '../deps.js';

/** User ids of the last seven days that name nobody, or brought more people than one; the newest first. */
export function showSuspectIds(deps: Pick<AppDeps, 'store' | 'clock'>): Promise<readonly SuspectId[]> {
  return listSuspectIds(deps.store.db, deps.clock.now() - crowdedForMs);
}
