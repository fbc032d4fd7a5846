import type { Experiment, LiveExperiment } from '../journey/experiment.js';
import type { Db, Trx } from './db.js';
import { listDefinitions } from './definitions.js';

/** More were written by a program. */
const mostExperiments = 10_000;

/** The experiments in force, by id. */
export async function readLiveExperiments(db: Db | Trx): Promise<readonly LiveExperiment[]> {
  const newest = await listDefinitions(db, 'experiment', { after: null, limit: mostExperiments });
  return newest.flatMap(({ version, definition }) =>
    definition === null ? [] : [{ version, definition: definition as unknown as Experiment }],
  );
}
