import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Makes the data folder, for its owner alone; one that others could read, with the keys in it, is closed to them. */
export async function openDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await closeToOthers(folder, 0o700);
  for (const name of ['store', 'mailbox', 'phone', 'temporal', 'backups']) await closeToOthers(join(folder, name), 0o700);
  for (const name of ['secret', 'keys.json', 'running.json']) await closeToOthers(join(folder, name), 0o600);
}

/** What is not there yet is made so; what belongs to somebody else is theirs to close. */
async function closeToOthers(path: string, mode: number): Promise<void> {
  try {
    if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, mode);
  } catch (error) {
    if (!['ENOENT', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Where an embedded instance keeps the key of links, message ids and suppressions: beside its store. */
export function secretFile(folder: string): string {
  return join(folder, 'secret');
}

/** Null: there is none. */
export async function readSecret(folder: string): Promise<string | null> {
  try {
    return (await readFile(secretFile(folder), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

export async function makeSecret(folder: string): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  await writeFile(secretFile(folder), `${made}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}

const keysFile = z.object({ writeKey: z.string(), browserKey: z.string().nullable().default(null), apiKey: z.string() });
export type InstanceKeys = z.output<typeof keysFile>;

/** The keys that a running instance hands to its owner's tools. Null: not made yet, or unreadable. */
export async function readInstanceKeys(folder: string): Promise<InstanceKeys | null> {
  try {
    return keysFile.parse(JSON.parse(await readFile(join(folder, 'keys.json'), 'utf8')));
  } catch {
    return null;
  }
}

export async function writeInstanceKeys(folder: string, keys: InstanceKeys): Promise<void> {
  await writeFile(join(folder, 'keys.json'), `${JSON.stringify(keys)}\n`, { mode: 0o600 });
}
