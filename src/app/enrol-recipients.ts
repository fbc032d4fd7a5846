import { dueBy, recipientDueAt } from '../domain/broadcast-pace.js';
import type { EntryId, ProfileId } from '../domain/ids.js';
import { day, hour, type Instant } from '../domain/instant.js';
import { newEntryState } from '../journey/engine.js';
import { broadcastJourneyId } from '../journey/internal.js';
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
} from '../store/broadcasts.js';
import type { Trx } from '../store/db.js';
import { type OpenedEntry, writeOpened } from '../store/entries.js';
import { forgetIdempotencyKeys } from '../store/idempotency.js';
import { lockCanonical } from '../store/profiles.js';
import { writeTogether } from '../store/write-together.js';
import type { AppDeps } from './deps.js';
import { usualBroadcastDeadlineMs } from './start-broadcast.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay'>;

/** Recipients that one transaction enrols: it holds their profiles. */
const batchSize = 50;
const batchesPerLook = 2;
/** Entries are made so long before they fall due, in real milliseconds: their workflows start with a delay. */
const aheadRealMs = 20_000;

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
  const due = dueBy(pace, now + aheadRealMs * deps.clock.rate);
  const limit = Math.min(batchSize, due - broadcast.enrolled);
  if (limit <= 0) {
    if (broadcast.enrolled === broadcast.total && (await hasEnded(trx, broadcastJourneyId(id))))
      await setBroadcastState(trx, id, { state: 'finished', finishedAt: now });
    return 0;
  }
  const recipients = await readRecipients(trx, id, { from: broadcast.enrolled, limit });
  const { opened, places } = await planEntries(deps, trx, broadcast, recipients, (position) => recipientDueAt(pace, position));
  await writeTogether(trx, { entries: writeOpened(opened, 0) });
  await markEnrolled(trx, id, places, broadcast.enrolled + recipients.length);
  return recipients.length;
}

/**
 * An entry for each person who has none: who merged with another recipient keeps the one that is there, and who was erased gets none. It counts as made
 * when the broadcast was, so that a message which left under another id of the same person is known as the same one.
 */
async function planEntries(
  deps: Deps,
  trx: Trx,
  broadcast: BroadcastRecord,
  recipients: readonly { readonly position: number; readonly profileId: ProfileId }[],
  dueAtOf: (position: number) => Instant,
) {
  const journeyId = broadcastJourneyId(broadcast.id);
  const { profiles, canonical } = await lockCanonical(
    trx,
    recipients.map(({ profileId }) => profileId),
  );
  const erased = await findErased(
    trx,
    profiles.map(({ id }) => id),
  );
  const there = new Map(
    await readEntriesOf(
      trx,
      journeyId,
      profiles.map(({ id }) => id),
    ),
  );
  const opened: OpenedEntry[] = [];
  const places = recipients.map(({ position, profileId }) => {
    const person = canonical.get(profileId);
    if (person === undefined || erased.has(person) || there.has(person)) return { position, entryId: null };
    const entryId = deps.newId() as EntryId;
    there.set(person, entryId);
    opened.push(entryOf(broadcast, { entryId, profileId: person, dueAt: dueAtOf(position) }));
    return { position, entryId };
  });
  return { opened, places };
}

function entryOf(
  { id, settings, data, createdAt }: BroadcastRecord,
  { entryId, profileId, dueAt }: { readonly entryId: EntryId; readonly profileId: ProfileId; readonly dueAt: Instant },
): OpenedEntry {
  return {
    id: entryId,
    journeyId: broadcastJourneyId(id),
    version: settings.version,
    profileId,
    entryKey: id,
    dueAt,
    createdAt,
    state: {
      ...newEntryState({ at: dueAt, trigger: data, cartId: null }),
      deadlineAt: settings.deadlineAt ?? dueAt + usualBroadcastDeadlineMs,
    },
  };
}

export interface BroadcastLoop {
  /** Begins no further look, and waits for the one under way. */
  stop(): Promise<void>;
}

const lookEveryMs = 1_000;
/** Keys of requests are kept for so long, on the service clock. */
const keysForMs = 30 * day;
const tidyEveryMs = hour;

/** Looks once a second, beside the poke loop, and now and then forgets old keys of requests. A look that fails is tried again: the store says in `/readyz` what is wrong with it. */
export function startBroadcastLoop(deps: Deps & Pick<AppDeps, 'log'>): BroadcastLoop {
  let stopping = false;
  let wake: () => void = () => {};
  let tidiedAt = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    await enrolDue(deps);
    if (performance.now() - tidiedAt < tidyEveryMs) return;
    tidiedAt = performance.now();
    await forgetIdempotencyKeys(deps.store.db, deps.clock.now() - keysForMs);
  };
  const run = (async () => {
    while (!stopping) {
      await look().catch((error: unknown) =>
        deps.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'Broadcasts could not be looked at.'),
      );
      if (stopping) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    async stop() {
      stopping = true;
      wake();
      await run;
    },
  };
}
