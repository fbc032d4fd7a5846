import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Experiment, LiveExperiment } from '../journey/experiment.js';
import type { Db, Trx } from './db.js';
import { type DefinitionVersion, listDefinitions, readDefinitionVersion } from './definitions.js';

/** More were written by a program. */
const mostExperiments = 10_000;

/** The experiments in force, by id. */
export async function readLiveExperiments(db: Db | Trx): Promise<readonly LiveExperiment[]> {
  const newest = await listDefinitions(db, 'experiment', { after: null, limit: mostExperiments });
  return newest.flatMap((one) => asLive(one) ?? []);
}

/** The experiment in force; null: none of this name is. */
export async function readLiveExperiment(db: Db | Trx, id: string): Promise<LiveExperiment | null> {
  const newest = await readDefinitionVersion(db, 'experiment', id, 'newest');
  return newest === null ? null : asLive(newest);
}

/** Null: this version took it out of force. */
function asLive({ version, definition }: DefinitionVersion): LiveExperiment | null {
  return definition === null ? null : { version, definition: definition as unknown as Experiment };
}

/** Holdouts that anybody is in: all journeys (`holdout:all`) or one, by season; the newest first. */
export async function listHoldoutRuns(
  db: Db,
): Promise<readonly { readonly name: string; readonly seed: string; readonly since: Instant }[]> {
  const { rows } = await sql<{
    readonly name: string;
    readonly seed: string;
    readonly since: Instant;
  }>`select experiment as name, seed, min(at) as since
    from exposures where experiment >= 'holdout:' and experiment < 'holdout;' group by experiment, seed order by since desc, experiment limit 100`.execute(
    db,
  );
  return rows;
}
