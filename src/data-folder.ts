import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Makes the data folder, for its owner alone. */
export async function openDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** The key of links, message ids and suppressions of an embedded instance: made once, kept beside its store. */
export async function readOrMakeSecret(folder: string): Promise<string> {
  return readOrMake(join(folder, 'secret'), () => randomBytes(32).toString('base64url'));
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

async function readOrMake(file: string, make: () => string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const made = make();
    await writeFile(file, `${made}\n`, { mode: 0o600, flag: 'wx' });
    return made;
  }
}
