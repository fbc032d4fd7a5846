import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openStore } from '../../src/store/db.js';
import { writeFileDurably } from '../../src/store/durable-file.js';
import { startPostgres } from './postgres-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A real server, on which each suite makes a database of its own. */
    postgresUrl: string;
    /** Archive of an empty, migrated database: an embedded store opened from it is there in a fifth of the time. */
    storeTemplate: string;
  }
}

/** vitest's globalSetup for suites that use a store: once for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-template-'));
  const server = await startPostgres();
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    project.provide('postgresUrl', server.url);
    project.provide('storeTemplate', await makeTemplate(join(folder, 'template.tar.gz')));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function makeTemplate(path: string): Promise<string> {
  const store = await openStore({});
  writeFileDurably(path, (await store.dump()) ?? new Uint8Array());
  await store.close();
  return path;
}
