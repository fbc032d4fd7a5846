import type { PartState } from '../api/deps.js';
import type { Log } from '../app/deps.js';
import { type Config, rolesOf } from '../settings/config.js';
import { startParts } from './part.js';
import { parts } from './parts/list.js';
import type { RunningInstance } from './running-file.js';

/** A running instance: what it is reached by, and how it ends. */
export interface Instance {
  /** Where a person looks: mailbox, phone, Temporal UI, API. */
  readonly running: RunningInstance;
  readonly log: Log;
  readonly parts: () => Promise<readonly PartState[]>;
  /** Takes nothing new, lets what is under way finish, and stops everything in the reverse order of its start. */
  readonly stop: () => Promise<void>;
}

/** Starts the parts of an instance (`parts/list.ts`) for the roles of this process. Throws sentences. `say`: progress for a person. */
export async function startInstance(config: Config, log: Log, say: (line: string) => void): Promise<Instance> {
  const { made, states, stop } = await startParts(parts, { config, roles: rolesOf(config), log, say });
  return { running: made['running.json'], log, parts: states, stop };
}
