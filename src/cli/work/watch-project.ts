import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { definitionKinds } from '../../definitions/list.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { nothingDiffers, publishProject } from './publish-project.js';

/** What of a project is published. Looked at by its files' times, which works on every disk, also one that a container mounts. */
const watched = ['shop.yaml', 'journeys', 'policies', 'templates', ...definitionKinds.map(({ many, only }) => only ?? many)];
const lookEveryMs = 400;

/**
 * `publish --watch`: publishes what is right in the project now, and again after each change, until it is stopped; says what is not right,
 * which stays as it is live. For development, so it refuses an instance that sends to real people unless `--yes` is said.
 */
export async function watchProject(
  context: CliContext,
  { yes = false, signal }: { readonly yes?: boolean; readonly signal: AbortSignal },
): Promise<Outcome> {
  const running = await context.running();
  if (!yes && (running === null || running.mailboxUrl === null || running.phoneUrl === null))
    throw new CliFailure('Each save goes live. Emails or texts may reach real people here, so give --yes too.', 2);
  context.io.out(`Watching ${watched.join(', ')} in ${context.project}; Ctrl-C ends it.`);
  let published: string | null = null;
  let before: string | null = null;
  while (!signal.aborted) {
    const now = await stateOf(context.project);
    // A file that is just being written is looked at again when it is at rest.
    if (now !== published && now === before) {
      published = now;
      await publishNow(context);
    }
    before = now;
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return { value: null, text: 'No longer watching.' };
}

/** Reports a mistake, or a server that is down; the next change tries again. */
async function publishNow(context: CliContext): Promise<void> {
  try {
    const { text } = await publishProject(context, { yes: true, note: 'publish --watch' });
    if (text !== nothingDiffers) context.io.out(`${new Date().toLocaleTimeString('en-GB')}  ${text.replaceAll('\n', '\n          ')}`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    context.io.err(error.message);
  }
}

/** Changes with every file that is written, comes or goes. */
async function stateOf(project: string): Promise<string> {
  const files = await Promise.all(watched.map((name) => filesOf(join(project, name))));
  return files.flat().sort().join('\n');
}

async function filesOf(path: string): Promise<readonly string[]> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return [`${path} ${found.mtimeMs} ${found.size}`];
    const inside = await readdir(path);
    return (await Promise.all(inside.map((name) => filesOf(join(path, name))))).flat();
  } catch {
    return [];
  }
}
