import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Makes the data folder, for its owner alone. */
export async function openDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
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
