import type { Visits } from '../../domain/contracts/alarm.js';
import { findAlarms } from '../../domain/contracts/alarms.js';
import { EventCounts } from '../../domain/contracts/event-counts.js';
import { day, hour, type Instant } from '../../domain/time/instant.js';
import type { Db } from '../../store/db.js';
import {
  countEntries,
  countFacts,
  forgetCounts,
  keepAlarms,
  lockCountState,
  newestFact,
  readCountState,
  readCounts,
  readVisits,
  writeCountState,
} from '../../store/event-counts.js';
import type { AppDeps } from '../deps.js';
import { type ReaderInForce, readReaders } from './readers.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** Hours of counts that are kept: what is usual is known by eight weeks. */
const keptHours = 9 * 168;
/** Facts that are counted in one round: a second of work. */
const mostAtOnce = 20_000;

/**
 * Counts the facts since the last round, beside ingest and not in it. A fact is counted a round after it was first seen: facts with smaller
 * numbers may still have been uncommitted then.
 */
export async function countEvents({ store, clock }: Deps): Promise<void> {
  const now = clock.now();
  await store.transaction(async (trx) => {
    const seen = await newestFact(trx);
    const state = await lockCountState(trx);
    if (state === null)
      return writeCountState(
        trx,
        { countedTo: seen, seenTo: seen, seenAt: now, completeTo: now, firstHour: Math.floor(now / hour), lookedHour: null },
        now,
      );
    const upTo = Math.min(state.seenTo, state.countedTo + mostAtOnce);
    if (upTo > state.countedTo) await countFacts(trx, { after: state.countedTo, upTo });
    // What is late to be counted is not taken for silence: alarms look no further than all is counted.
    const completeTo = upTo === state.seenTo ? state.seenAt : state.completeTo;
    await writeCountState(trx, { ...state, countedTo: upTo, seenTo: seen, seenAt: now, completeTo }, now);
  });
}

/** Once an hour: what is wrong with the events that journeys and segments read. */
export async function lookForAlarms({ store, clock }: Deps): Promise<void> {
  const now = clock.now();
  const state = await readCountState(store.db);
  if (state === null) return;
  const nowHour = Math.floor(state.completeTo / hour);
  if (state.lookedHour === nowHour) return;
  const readers = await readReaders(store.db);
  const journeys = readers.filter(({ kind }) => kind === 'journey').map(({ id }) => id);
  const first = Math.max(state.firstHour, nowHour - keptHours);
  await store.transaction((trx) => countEntries(trx, { journeys, fromHour: Math.max(first, nowHour - 4), created: now - 30 * day }));
  const facts = [...new Set(readers.flatMap(({ reads }) => reads.map(({ fact }) => fact)))];
  const counts = new EventCounts(await readCounts(store.db, { facts, fromHour: first }), { first, now: nowHour });
  const visits = await visitsOf(store.db, readers, now);
  const alarms = findAlarms({ counts, readers, visits, now });
  await store.transaction(async (trx) => {
    const standing = await lockCountState(trx);
    if (standing === null) return;
    await keepAlarms(trx, alarms, now);
    await forgetCounts(trx, nowHour - keptHours);
    await writeCountState(trx, { ...standing, lookedHour: nowHour }, now);
  });
}

async function visitsOf(
  db: Db,
  readers: readonly ReaderInForce[],
  now: Instant,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Visits>>> {
  const found = new Map<string, ReadonlyMap<string, Visits>>();
  for (const { kind, id, version, branches } of readers)
    if (kind === 'journey' && branches.length > 0) found.set(id, await readVisits(db, id, version, now - 28 * day));
  return found;
}
