import { type BroadcastPace, dueBy } from '../../domain/messages/broadcast-pace.js';
import { day } from '../../domain/time/instant.js';
import { type BroadcastRecipient, enrolAheadRealMs, enrolRecipients } from '../../journey/broadcast.js';
import { broadcastJourneyId } from '../../journey/internal.js';
import { addToBatch, countInOpenBatches, mostInBatch } from '../../store/broadcast-batches.js';
import { hasEnded } from '../../store/broadcast-progress.js';
import {
  type BroadcastRecord,
  claimRunningBroadcast,
  findErased,
  listRunningBroadcasts,
  markEnrolled,
  readEntriesOf,
  readRecipients,
  setBroadcastState,
} from '../../store/broadcasts.js';
import { readPauseKeys } from '../../store/controls.js';
import type { Trx } from '../../store/db.js';
import { writeOpened } from '../../store/entries.js';
import { forgetIdempotencyKeys } from '../../store/idempotency.js';
import { lockCanonical } from '../../store/profiles.js';
import { writeTogether } from '../../store/write-together.js';
import { pausesOf } from '../../turn/pauses.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'ratedChannels'>;

/** Recipients that one transaction enrols: it holds their profiles. */
const atOnce = 50;
/**
 * Recipients of a broadcast that have their entries, and whose first turns are still to be taken: so it goes on as quickly as the provider
 * takes its letters.
 */
const mostWaiting = 3 * mostInBatch;
/** Where the channel has a rate, its queue holds what waits. */
const ratedPerLook = 100;
/** Should the workflow of a batch not come, each entry has a run of its own, so long after it was made; real milliseconds. */
const ownRunAfterMs = enrolAheadRealMs + 120_000;

/**
 * One round over the running broadcasts: makes the entries of recipients that fall due, while few wait for their first turn, and ends
 * broadcasts whose recipients are all finished. After a kill, the next round of any process continues after the last committed transaction.
 */
export async function enrolDue(deps: Deps): Promise<void> {
  for (const { id } of await listRunningBroadcasts(deps.store.db)) {
    for (let enrolled = atOnce, all = 0; enrolled === atOnce && all < mostWaiting; all += enrolled) {
      enrolled = await deps.store.transaction((trx) => enrolSome(deps, trx, id, all));
      if (enrolled > 0) deps.notifyRelay();
    }
  }
}

/** Answers how many recipients were taken. `before`: by this look. */
async function enrolSome(deps: Deps, trx: Trx, id: string, before: number): Promise<number> {
  const broadcast = await claimRunningBroadcast(trx, id);
  if (broadcast === null) return 0;
  const now = deps.clock.now();
  const pace = { startsAt: broadcast.startsAt, overMs: broadcast.settings.overMs, total: broadcast.total };
  const due = dueBy(pace, now + enrolAheadRealMs * deps.clock.rate);
  const limit = Math.min(atOnce, due - broadcast.enrolled);
  if (limit <= 0) {
    if (broadcast.enrolled === broadcast.total && (await hasEnded(trx, broadcastJourneyId(id))))
      await setBroadcastState(trx, id, { state: 'finished', finishedAt: now });
    return 0;
  }
  const isRated = deps.ratedChannels.has(broadcast.settings.channel);
  if (isRated ? before >= ratedPerLook : await mustWait(trx, broadcast)) return 0;
  const recipients = await readRecipients(trx, id, { from: broadcast.enrolled, limit });
  const { opened, places } = await planEntries(deps, trx, broadcast, recipients, pace);
  const until = broadcast.enrolled + recipients.length;
  await writeTogether(trx, { entries: writeOpened(opened, isRated ? 0 : ownRunAfterMs) });
  await markEnrolled(trx, id, places, until);
  if (!isRated) await addToBatch(trx, id, { from: broadcast.enrolled, until });
  return recipients.length;
}

/** Enough wait for their first turn, or all sending is paused: recipients without an entry need no run that waits. */
async function mustWait(trx: Trx, { id, settings }: BroadcastRecord): Promise<boolean> {
  if ((await countInOpenBatches(trx, id)) >= mostWaiting) return true;
  const { all, channels } = pausesOf(await readPauseKeys(trx), false);
  return all || channels.includes(settings.channel);
}

/** Who of a batch gets an entry, under the locks of all of them. */
async function planEntries(
  deps: Deps,
  trx: Trx,
  { id, settings, data, createdAt }: BroadcastRecord,
  recipients: readonly BroadcastRecipient[],
  pace: BroadcastPace,
) {
  const { profiles, canonical } = await lockCanonical(
    trx,
    recipients.map(({ profileId }) => profileId),
  );
  const ids = profiles.map((profile) => profile.id);
  const erased = await findErased(trx, ids);
  const there = new Set((await readEntriesOf(trx, broadcastJourneyId(id), ids)).keys());
  const { version, deadlineAt } = settings;
  return enrolRecipients({ id, version, data, deadlineAt, createdAt, pace }, recipients, { canonical, erased, there }, deps.newId);
}

/** Keys of requests are kept for so long, on the service clock. */
const keysForMs = 30 * day;

/** Forgets old keys of requests. */
export async function forgetOldRequests({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<void> {
  await forgetIdempotencyKeys(store.db, clock.now() - keysForMs);
}
