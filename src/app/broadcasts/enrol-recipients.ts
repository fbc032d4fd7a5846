import { type BroadcastPace, dueBy } from '../../domain/messages/broadcast-pace.js';
import { day } from '../../domain/time/instant.js';
import { type BroadcastRecipient, enrolAheadRealMs, enrolRecipients } from '../../journey/broadcast.js';
import { broadcastJourneyId } from '../../journey/internal.js';
import {
  type BroadcastRecord,
  claimRunningBroadcast,
  findErased,
  hasEnded,
  listRunningBroadcasts,
  markEnrolled,
  readEntriesOf,
  readRecipients,
  setBroadcastState,
} from '../../store/broadcasts.js';
import type { Trx } from '../../store/db.js';
import { writeOpened } from '../../store/entries.js';
import { forgetIdempotencyKeys } from '../../store/idempotency.js';
import { lockCanonical } from '../../store/profiles.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay'>;

/** Recipients that one transaction enrols: it holds their profiles. */
const batchSize = 50;
const batchesPerLook = 2;

/**
 * One look at the broadcasts that run: gives the recipients that fall due their entries, at most a hundred of each broadcast, and ends those of which
 * everyone has come to an end. Where a process was killed, the next look of any process goes on behind the last batch that was committed.
 */
export async function enrolDue(deps: Deps): Promise<void> {
  for (const { id } of await listRunningBroadcasts(deps.store.db)) {
    for (let batch = 0; batch < batchesPerLook; batch += 1) {
      const enrolled = await deps.store.transaction((trx) => enrolBatch(deps, trx, id));
      if (enrolled > 0) deps.notifyRelay();
      if (enrolled < batchSize) break;
    }
  }
}

/** Answers how many recipients were taken. */
async function enrolBatch(deps: Deps, trx: Trx, id: string): Promise<number> {
  const broadcast = await claimRunningBroadcast(trx, id);
  if (broadcast === null) return 0;
  const now = deps.clock.now();
  const pace = { startsAt: broadcast.startsAt, overMs: broadcast.settings.overMs, total: broadcast.total };
  const due = dueBy(pace, now + enrolAheadRealMs * deps.clock.rate);
  const limit = Math.min(batchSize, due - broadcast.enrolled);
  if (limit <= 0) {
    if (broadcast.enrolled === broadcast.total && (await hasEnded(trx, broadcastJourneyId(id))))
      await setBroadcastState(trx, id, { state: 'finished', finishedAt: now });
    return 0;
  }
  const recipients = await readRecipients(trx, id, { from: broadcast.enrolled, limit });
  const { opened, places } = await planEntries(deps, trx, broadcast, recipients, pace);
  await writeTogether(trx, { entries: writeOpened(opened, 0) });
  await markEnrolled(trx, id, places, broadcast.enrolled + recipients.length);
  return recipients.length;
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
