import { type RawBuilder, sql } from 'kysely';
import type { JourneyDefinition } from '../journey/definition.js';
import type { Db, Trx } from './db.js';

/** A published version. */
export interface PublishedJourney {
  readonly id: string;
  readonly version: number;
  readonly state: 'active' | 'paused' | 'archived';
  readonly definition: JourneyDefinition;
}

/**
 * Published versions are frozen, so a definition is parsed once per process and found again by the hash of its source.
 * What is live is read every time: a publish or a pause counts from the next event on, in every process.
 */
const definitionsByHash = new Map<string, JourneyDefinition>();

/**
 * The live version of every journey that is not archived and that events can start. One statement; two when a version is met for the first
 * time.
 */
export async function loadLiveJourneys(db: Db | Trx): Promise<readonly PublishedJourney[]> {
  return withDefinitions(db, (await selectLiveJourneys.execute(db)).rows);
}

type LiveRow = Omit<PublishedJourney, 'definition'> & { readonly hash: string };

/** To be read with others in one round trip; `withDefinitions` does the rest. */
export const selectLiveJourneys: RawBuilder<LiveRow> = sql<LiveRow>`
  select j.id, j.state, v.version, v.hash from journeys j join journey_versions v on v.journey_id = j.id and v.version = j.live_version
  where j.state <> 'archived' and not j.is_internal order by j.id collate "C"`;

/** No statement, unless a version is met for the first time. */
export async function withDefinitions(db: Db | Trx, rows: readonly LiveRow[]): Promise<readonly PublishedJourney[]> {
  const journeys: PublishedJourney[] = [];
  for (const row of rows) {
    const definition = definitionsByHash.get(row.hash) ?? (await loadDefinition(db, row.id, row.version));
    journeys.push({ id: row.id, version: row.version, state: row.state, definition });
  }
  return journeys;
}

/** The frozen definition of one version. */
export async function loadDefinition(db: Db | Trx, journeyId: string, version: number): Promise<JourneyDefinition> {
  const row = await db
    .selectFrom('journey_versions')
    .select(['definition', 'hash'])
    .where('journey_id', '=', journeyId)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new Error(`Journey ${journeyId} has no version ${version} in the store.`);
  const known = definitionsByHash.get(row.hash);
  if (known) return known;
  const definition = row.definition as unknown as JourneyDefinition;
  definitionsByHash.set(row.hash, definition);
  return definition;
}

/** The definition that an entry is pinned to; no statement once this process has seen the version. */
export async function loadPinnedDefinition(
  db: Db | Trx,
  entry: { readonly journeyId: string; readonly version: number; readonly definitionHash: string },
): Promise<JourneyDefinition> {
  return definitionsByHash.get(entry.definitionHash) ?? (await loadDefinition(db, entry.journeyId, entry.version));
}
