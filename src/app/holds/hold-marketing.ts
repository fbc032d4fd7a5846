import type { Hold } from '../../domain/holds/hold.js';
import { longestHoldMs } from '../../domain/holds/hold.js';
import { holdReleased } from '../../domain/tasks/task-facts.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { writeHold } from '../../step-effects/hold.js';
import { readHolds, releaseHolds } from '../../store/holds.js';
import { lockProfiles } from '../../store/profiles.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { movedBy, tellFacts } from '../ingest/tell-facts.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments' | 'secret'>;

/** Why, for how long, and who does it, as `key:<id>`. */
export interface HoldRequest {
  readonly reason: string;
  readonly forMs: number;
  /** It ends before, when the person's last open ticket is closed. */
  readonly untilTicketCloses: boolean;
  readonly by: string;
}

/** Holds marketing to a person. Null: no such person. */
export async function holdMarketing(deps: Deps, id: string, { reason, forMs, untilTicketCloses, by }: HoldRequest): Promise<Hold | null> {
  return deps.store.transaction(async (trx) => {
    const profileId = (await findCanonicalProfile(trx, id)) as ProfileId | null;
    if (profileId === null) return null;
    await lockProfiles(trx, [profileId]);
    const since = deps.clock.now();
    const hold = {
      id: `hold_${deps.newId()}`,
      endsWith: untilTicketCloses ? ('ticket' as const) : ('time' as const),
      taskId: null,
      reason,
      since,
      until: since + Math.min(forMs, longestHoldMs),
    };
    await writeTogether(trx, { hold: writeHold({ ...hold, profileId, madeBy: by }) });
    return (await readHolds(trx, profileId, since)).find((one) => one.id === hold.id) ?? null;
  });
}

/** Lets marketing to a person go on: ends one hold or all, and tells journeys. Null: no such person. Answers how many were ended. */
export async function releaseMarketing(
  deps: Deps,
  id: string,
  { holdId, by }: { readonly holdId: string | null; readonly by: string },
): Promise<number | null> {
  const done = await deps.store.transaction(async (trx) => {
    const profileId = (await findCanonicalProfile(trx, id)) as ProfileId | null;
    if (profileId === null) return null;
    await lockProfiles(trx, [profileId]);
    const at = deps.clock.now();
    const released = await releaseHolds(trx, { profileId, id: holdId }, { at, by });
    if (released.length === 0) return { count: 0, wakes: false };
    const facts = released.map((hold) => ({ fact: holdReleased(hold, profileId, at), trigger: true }));
    return { count: released.length, wakes: (await tellFacts(trx, deps, { facts, people: movedBy(facts) })).wakes };
  });
  if (done?.wakes === true) deps.notifyRelay();
  return done === null ? null : done.count;
}
