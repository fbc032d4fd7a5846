import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { StoreOptions } from '../../src/store/db.js';
import { startPostgres } from '../support/postgres-server.js';

export type StoreKind = 'pglite' | 'postgres';

/** Where a fresh store is made, for a child to open. */
export type StorePlace = Pick<StoreOptions, 'dataDir' | 'databaseUrl'>;

export interface StorePlaces {
  /** A place that nothing has been in. */
  make(): Promise<StorePlace>;
  close(): Promise<void>;
}

/** Embedded stores in throw-away folders, or databases of one real server. Both make each commit durable, as in production. */
export async function storePlaces(kind: StoreKind): Promise<StorePlaces> {
  if (kind === 'pglite') {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'));
    let count = 0;
    return {
      make: async () => ({ dataDir: join(folder, `store-${++count}`) }),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const server = await startPostgres({ durable: true });
  let count = 0;
  return {
    make: async () => {
      const name = `bench_${++count}`;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return { databaseUrl: server.url.replace(/\/postgres$/, `/${name}`) };
    },
    close: () => server.stop(),
  };
}
