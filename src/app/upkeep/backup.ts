import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Store } from '../../store/db.js';
import { writeFileDurably } from '../../store/durable-file.js';

export type BackupResult =
  | { readonly kind: 'written'; readonly path: string; readonly bytes: number }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Writes the embedded database to `path`, a gzipped tar (mode 0600) that becomes a database folder again when unpacked. It is taken between
 * two transactions and contains everything committed before. Back up a server with its own tools.
 */
export async function backUp(store: Store, path: string): Promise<BackupResult> {
  const archive = await store.dump();
  if (archive === null) {
    return { kind: 'refused', reason: 'This Sojourn runs on a PostgreSQL server: back it up with pg_dump, or with what its host offers.' };
  }
  if (await isFolder(path)) return { kind: 'refused', reason: `${path} is a folder. Give the name of a file for the backup.` };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  writeFileDurably(path, archive);
  return { kind: 'written', path, bytes: archive.byteLength };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
