import type { Log } from '../app/deps.js';
import { type Config, rolesOf } from '../settings/config.js';
import { neededFor, startParts } from './part.js';
import { parts } from './parts/list.js';

/**
 * The role `publish`: brings the database up to date, publishes the project folder where nothing was ever published, says else what
 * differs, and ends. It runs before the other processes, so that of several on an empty database none has to be the first.
 */
export async function publishOnce(config: Config, log: Log, say: (line: string) => void): Promise<void> {
  const started = await startParts(neededFor(['secret', 'published'], parts), { config, roles: rolesOf(config), log, say });
  await started.stop();
}
