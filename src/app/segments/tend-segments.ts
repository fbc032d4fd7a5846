import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { lockProfiles } from '../../store/profiles.js';
import { advanceFill, alignFills, dueForReview, keepSizes, lockNextFill, peopleAfter, removeReviews } from '../../store/segments.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { movedBy, tellFacts } from '../ingest/tell-facts.js';
import { reviewPeople } from './review-people.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments'>;

/** People of one transaction: their profiles are locked as long as it takes. */
const atOnce = 50;

/** Looks at people whose place may change by time alone, until nobody is due. Answers how many were looked at. */
export async function reviewDuePeople(deps: Deps): Promise<number> {
  for (let looked = 0; ; ) {
    const { count, wakes } = await deps.store.transaction(async (trx) => {
      const ids = await dueForReview(trx, deps.clock.now(), atOnce);
      return { count: ids.length, wakes: ids.length > 0 && (await reviewAndTell(deps, trx, ids)) };
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
  const { live } = deps.segments.current();
  await deps.store.transaction((trx) => alignFills(trx, live, deps.clock.now(), knownEverywhereMs));
  while (await deps.store.transaction((trx) => fillOn(deps, trx)));
}

async function fillOn(deps: Deps, trx: Trx): Promise<boolean> {
  const fill = await lockNextFill(trx);
  if (fill === null) return false;
  const ids = await peopleAfter(trx, fill.afterId, atOnce);
  // Nobody hears of these: the fill has not come to them yet.
  if (ids.length > 0) await reviewAndTell(deps, trx, ids);
  await advanceFill(trx, fill, ids.at(-1) ?? null, ids.length, deps.clock.now());
  return true;
}

async function reviewAndTell(deps: Deps, trx: Trx, ids: readonly ProfileId[]): Promise<boolean> {
  const there = new Set((await lockProfiles(trx, ids)).map(({ id }) => id));
  const gone = ids.filter((id) => !there.has(id));
  if (gone.length > 0) await writeTogether(trx, { gone: removeReviews(gone) });
  const segments = deps.segments.current();
  const { facts } = await reviewPeople(trx, { segments, topics: deps.policies.current().topics, at: deps.clock.now() }, [
    ...there,
  ] as ProfileId[]);
  if (facts.length === 0) return false;
  const heard = facts.map((fact) => ({ fact, trigger: true }));
  return (await tellFacts(trx, deps, { facts: heard, people: movedBy(heard) })).wakes;
}

const hourMs = 3_600_000;

/** Once an hour of the service's clock. */
export async function keepSegmentSizes({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<void> {
  await keepSizes(store.db, clock.now(), hourMs);
}
