import { experiments } from '../definitions/experiment/kind.js';
import { experimentWays, type LiveExperiment } from '../journey/experiment.js';
import { loadDefinitions } from './load-definitions.js';

/** The experiments of a project folder, as if they were in force; files with errors are left out, lint tells of them. */
export function loadExperiments(folder: string): Promise<readonly LiveExperiment[]> {
  return loadDefinitions(folder, experiments);
}

/** What lint of journeys looks up: the arms that need a way, by experiment. */
export async function projectExperimentWays(folder: string): Promise<Readonly<Record<string, readonly string[]>>> {
  return experimentWays(await loadExperiments(folder));
}
