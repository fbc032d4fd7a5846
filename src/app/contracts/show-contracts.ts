import { fieldsReadBy } from '../../definitions/field/uses.js';
import type { EventRead } from '../../domain/contracts/contract.js';
import { isOfShop } from '../../domain/contracts/contract.js';
import { hour, type Instant } from '../../domain/time/instant.js';
import { nearest } from '../../domain/values/nearest.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { readsOfJourney } from '../../journey/reads.js';
import type { Db, Trx } from '../../store/db.js';
import { readAlarms, readCountState, readSeen, type SeenFact, type StandingAlarm } from '../../store/event-counts.js';
import { loadLiveJourneys } from '../../store/live-journeys.js';
import { readLiveSegments } from '../../store/segments.js';
import type { AppDeps } from '../deps.js';
import { readReaders } from './readers.js';

/** A fact that is read, and when it was seen. */
export interface ReadSeen extends Omit<EventRead, 'properties'> {
  /** The end of the hour in which it was seen last, within nine weeks; null: never, or Sojourn tells it itself. */
  readonly seenAt: Instant | null;
  /** Sojourn tells it itself: nobody has to send it. */
  readonly isOwn: boolean;
  readonly properties: readonly { readonly name: string; readonly types: readonly string[] }[];
}

/** What a journey or a segment reads. */
export interface EventContract {
  readonly kind: 'journey' | 'segment';
  readonly id: string;
  readonly version: number;
  readonly events: readonly ReadSeen[];
  /** Traits and answers. */
  readonly fields: readonly string[];
  readonly alarms: readonly StandingAlarm[];
}

/** What each journey and segment in force reads of events, and what is wrong with it now. */
export async function showContracts({ store }: Pick<AppDeps, 'store'>): Promise<readonly EventContract[]> {
  const readers = await readReaders(store.db);
  const alarms = await readAlarms(store.db);
  const names = [...new Set(readers.flatMap(({ reads }) => reads.map(({ fact }) => fact)))];
  const seen = await readSeen(store.db, names);
  const definitions = new Map<string, unknown>([
    ...(await loadLiveJourneys(store.db)).map(({ id, definition }) => [`journey:${id}`, definition] as const),
    ...(await readLiveSegments(store.db)).map(({ definition }) => [`segment:${definition.id}`, definition] as const),
  ]);
  return readers.map(({ kind, id, version, reads }) => ({
    kind,
    id,
    version,
    events: reads.map((read) => seenOf(read, seen)),
    fields: [...fieldsReadBy(definitions.get(`${kind}:${id}`))].toSorted(),
    alarms: alarms.filter(({ readers: by, code }) => by.includes(`${kind}:${id}`) || code === 'all-silent'),
  }));
}

/** What is wrong with the events of one journey now. */
export async function alarmsOfJourney({ store }: Pick<AppDeps, 'store'>, id: string): Promise<readonly StandingAlarm[]> {
  return (await readAlarms(store.db)).filter(({ readers, code }) => readers.includes(`journey:${id}`) || code === 'all-silent');
}

function seenOf({ fact, by, properties }: EventRead, seen: readonly SeenFact[]): ReadSeen {
  const own = seen.filter(({ name }) => name === fact);
  const whole = own.find(({ property, type }) => property === '' && type === '');
  return {
    fact,
    by,
    isOwn: !isOfShop(fact),
    seenAt: whole === undefined ? null : (whole.lastHour + 1) * hour,
    properties: properties.map((name) => ({ name, types: own.filter(({ property }) => property === name).map(({ type }) => type) })),
  };
}

/**
 * What a journey reads that has never been seen, as sentences for who publishes it. None where too little was seen to tell: a shop that has
 * just begun has seen nothing.
 */
export async function unseenReads(db: Db | Trx, definition: JourneyDefinition): Promise<readonly string[]> {
  if ((await readCountState(db)) === null) return [];
  const names = await readSeen(db, null);
  if (names.reduce((sum, { count }) => sum + count, 0) < 100) return [];
  const reads = readsOfJourney(definition).filter(({ fact }) => isOfShop(fact));
  const seen = await readSeen(
    db,
    reads.map(({ fact }) => fact),
  );
  const known = names.map(({ name }) => name);
  return [...new Set(reads.flatMap((read) => unseenOf(read, known, seen)))];
}

function unseenOf({ fact, properties }: EventRead, known: readonly string[], seen: readonly SeenFact[]): readonly string[] {
  if (!known.includes(fact)) {
    const near = nearest(fact, known);
    return [`\`${fact}\` has never been seen${near === null ? '' : `; \`${near}\` has`}.`];
  }
  const own = [...new Set(seen.filter(({ name, property }) => name === fact && property !== '').map(({ property }) => property))];
  return properties
    .filter((property) => !own.includes(property))
    .map((property) => {
      const near = nearest(property, own);
      return `\`${fact}\` has never been seen with \`${property}\`${near === null ? '' : `; it has \`${near}\``}.`;
    });
}
