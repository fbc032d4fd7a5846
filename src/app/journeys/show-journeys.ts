import type { JourneyRecord, JourneyVersionRecord } from '../../store/journeys.js';
import { listJourneys, listJourneyVersions, readJourney, readJourneyVersion } from '../../store/journeys.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store'>;

/** Journeys in the order of their ids. `internal`: those too that Sojourn made for messages and broadcasts. */
export function showJourneys(deps: Deps, request: PageRequest & { readonly internal: boolean }): Promise<Page<JourneyRecord>> {
  return readPage(
    request,
    ['id'],
    (limit, after) => listJourneys(deps.store.db, { limit, after: after === null ? null : after[0], internal: request.internal }),
    (journey) => [journey.id],
  );
}

export function showJourney(deps: Deps, id: string): Promise<JourneyRecord | null> {
  return readJourney(deps.store.db, id);
}

/** Versions of a journey, the newest first. */
export function showVersions(deps: Deps, journeyId: string, request: PageRequest): Promise<Page<JourneyVersionRecord>> {
  return readPage(
    request,
    ['version'],
    (limit, after) => listJourneyVersions(deps.store.db, journeyId, { limit, before: after === null ? null : after[0] }),
    (version) => [version.version],
  );
}

export function showVersion(deps: Deps, journeyId: string, version: number): Promise<JourneyVersionRecord | null> {
  return readJourneyVersion(deps.store.db, journeyId, version);
}
