import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** How a running instance is found: by the CLI, by tests, by tools. Null where a part is replaced by a setting. */
export const RunningInstance = z.object({
  pid: z.number(),
  /** The internal listener: the API, metrics, and whatever the public one answers too. */
  apiUrl: z.string(),
  /** The public listener: events, pages, webhooks. Null: written by a build that had one listener. */
  publicUrl: z.string().nullable().default(null),
  /** A server key, which is secret. */
  writeKey: z.string().nullable(),
  /** A browser key, which is public. */
  browserKey: z.string().nullable().default(null),
  apiKey: z.string().nullable(),
  mailboxUrl: z.string().nullable(),
  smtpUrl: z.string().nullable(),
  /** Where mail for our return addresses is taken. */
  inboundSmtpUrl: z.string().nullable().default(null),
  phoneUrl: z.string().nullable(),
  temporalAddress: z.string().nullable(),
  temporalNamespace: z.string().nullable(),
  temporalUiUrl: z.string().nullable(),
});
export type RunningInstance = z.output<typeof RunningInstance>;

const fileOf = (dataFolder: string): string => join(dataFolder, 'running.json');

/**
 * Written once all is healthy, readable by its owner alone: it holds keys. Whole or not at all. One of another process that runs is left as
 * it is: answers that process's id then, else null.
 */
export async function writeRunningFile(dataFolder: string, running: RunningInstance): Promise<number | null> {
  const present = await readRunningFile(dataFolder);
  if (present !== null && (await isAnothers(present, running))) return present.pid;
  const temporary = `${fileOf(dataFolder)}.${running.pid}`;
  await writeFile(temporary, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, fileOf(dataFolder));
  return null;
}

/** Takes away the file of this process, and of no other. */
export async function removeRunningFile(dataFolder: string, running: Pick<RunningInstance, 'pid' | 'apiUrl'>): Promise<void> {
  const present = await readRunningFile(dataFolder);
  if (present?.pid === running.pid && present.apiUrl === running.apiUrl) await rm(fileOf(dataFolder), { force: true });
}

/**
 * A process id says little: after a crash it may be another program's, and in containers everybody is 1. What is asked is whether its API
 * answers.
 */
async function isAnothers(present: RunningInstance, own: RunningInstance): Promise<boolean> {
  if (present.apiUrl === own.apiUrl) return false;
  try {
    await fetch(`${present.apiUrl}/healthz`, { signal: AbortSignal.timeout(answerWithinMs) });
    return true;
  } catch (error) {
    // Too busy to answer in time is alive.
    return error instanceof Error && error.name === 'TimeoutError';
  }
}

const answerWithinMs = 1_000;

/** Null: nothing is running from this folder, as far as the file says. */
export async function readRunningFile(dataFolder: string): Promise<RunningInstance | null> {
  try {
    return RunningInstance.parse(JSON.parse(await readFile(fileOf(dataFolder), 'utf8')));
  } catch {
    return null;
  }
}
