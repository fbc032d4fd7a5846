import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openStore } from '../../src/store/db.js';
import { writeFileDurably } from '../../src/store/durable-file.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { onServer, startPostgres, toDatabase } from './postgres-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A real server, on which each suite makes a database of its own, from the empty, migrated `migratedDatabase`. */
    postgresUrl: string;
    /** Archive of an empty, migrated database: an embedded store opened from it is there in a fifth of the time. */
    storeTemplate: string;
  }
}

/** The database on the server that others are made from. Nobody stays connected to it. */
export const migratedDatabase = 'migrated';

/** vitest's globalSetup for suites that use a store: once for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  try {
    const [template] = await Promise.all([makeTemplate(), makeMigratedDatabase(server.url)]);
    project.provide('postgresUrl', server.url);
    project.provide('storeTemplate', template);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server.stop;
}

async function makeMigratedDatabase(serverUrl: string): Promise<void> {
  await onServer(serverUrl, `create database ${migratedDatabase}`);
  await (await openStore({ databaseUrl: toDatabase(serverUrl, migratedDatabase) })).close();
}

/** Kept until a migration changes: to make it takes longer than most test files. */
async function makeTemplate(): Promise<string> {
  const folder = join(packageRoot(), 'node_modules', '.cache', 'store-templates');
  const path = join(folder, `${hashOfSchema()}.tar.gz`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const store = await openStore({});
  writeFileDurably(path, (await store.dump()) ?? new Uint8Array());
  await store.close();
  return path;
}

/** Of what a migrated database comes from: the migrations, how a store is opened, and the version of the embedded PostgreSQL. */
function hashOfSchema(): string {
  const store = join(packageRoot(), 'src', 'store');
  const migrations = readdirSync(join(store, 'migrations')).toSorted();
  const sources = [...migrations.map((file) => join(store, 'migrations', file)), join(store, 'migrator.ts'), join(store, 'db.ts')];
  const hash = createHash('sha256');
  for (const file of [...sources, join(packageRoot(), 'package-lock.json')]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
