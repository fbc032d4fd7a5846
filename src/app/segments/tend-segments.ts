import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { lockProfiles } from '../../store/profiles.js';
import { advanceFill, alignFills, dueForReview, keepSizes, lockNextFill, peopleAfter } from '../../store/segments.js';
import type { AppDeps } from '../deps.js';
import { reviewAndTell } from '../ingest/tell-facts.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments'>;

/** People of one transaction: their profiles are locked as long as it takes. */
const atOnce = 50;

/** Looks at people whose place may change by time alone, until nobody is due. Answers how many were looked at. */
export async function reviewDuePeople(deps: Deps): Promise<number> {
  for (let looked = 0; ; ) {
    const { count, wakes } = await deps.store.transaction(async (trx) => {
      const ids = await dueForReview(trx, deps.clock.now(), atOnce);
      return { count: ids.length, wakes: ids.length > 0 && (await lockAndReview(deps, trx, ids)) };
    });
    if (wakes) deps.notifyRelay();
    looked += count;
    if (count < atOnce) return looked;
  }
}

/** All processes have heard of a new version by then: from then on every event is looked at by it. */
const knownEverywhereMs = 3_000;

/**
 * Brings new definitions to the people who were there before them, a part at a time, until none is behind; empties segments out of force.
 * Any process may do it, and be killed at any time: another goes on where it was.
 */
export async function fillSegments(deps: Deps): Promise<void> {
  await deps.store.transaction((trx) => alignFills(trx, deps.clock.now(), knownEverywhereMs));
  while (await deps.store.transaction((trx) => fillOn(deps, trx)));
}

async function fillOn(deps: Deps, trx: Trx): Promise<boolean> {
  const fill = await lockNextFill(trx);
  if (fill === null) return false;
  const ids = await peopleAfter(trx, fill.afterId, atOnce);
  // Nobody hears of what this definition makes of them: the fill has not come to them yet.
  if (ids.length > 0) await lockAndReview(deps, trx, ids);
  await advanceFill(trx, fill, ids.at(-1) ?? null, ids.length, deps.clock.now());
  return true;
}

/** Who gave way to another profile meanwhile is found to be gone. */
async function lockAndReview(deps: Deps, trx: Trx, ids: readonly ProfileId[]): Promise<boolean> {
  await lockProfiles(trx, ids);
  return (await reviewAndTell(trx, deps, ids)).wakes;
}

const hourMs = 3_600_000;

/** Once an hour of the service's clock. */
export async function keepSegmentSizes({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<void> {
  await keepSizes(store.db, clock.now(), hourMs);
}
