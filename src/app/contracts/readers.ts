import type { Reader } from '../../domain/contracts/contract.js';
import { branchWaysOf, readsOfCondition, readsOfJourney } from '../../journey/reads.js';
import type { Db, Trx } from '../../store/db.js';
import { readPublishedAt } from '../../store/event-counts.js';
import { loadLiveJourneys, type PublishedJourney } from '../../store/live-journeys.js';
import { readLiveSegments } from '../../store/segments.js';

/** A reader, with the version that is in force. */
export interface ReaderInForce extends Reader {
  readonly version: number;
}

/** The journeys and segments in force, with what each reads. */
export async function readReaders(db: Db | Trx): Promise<readonly ReaderInForce[]> {
  const published = await readPublishedAt(db);
  const journeys = (await loadLiveJourneys(db)).map((one) => ofJourney(one, published));
  const segments = (await readLiveSegments(db)).map(({ version, definition: { id, who } }): ReaderInForce => {
    const since = published.get(`segment:${id}`) ?? 0;
    return { kind: 'segment', id, version, reads: readsOfCondition(who), since, isPaused: false, branches: [] };
  });
  return [...journeys, ...segments];
}

function ofJourney({ id, version, state, definition }: PublishedJourney, published: ReadonlyMap<string, number>): ReaderInForce {
  return {
    kind: 'journey',
    id,
    version,
    reads: readsOfJourney(definition),
    since: published.get(`journey:${id}`) ?? 0,
    isPaused: state !== 'active',
    branches: branchWaysOf(definition),
  };
}
