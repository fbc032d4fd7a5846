import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { migrate } from './migrator.js';
import { openFolder, openInMemory } from './pglite/embedded.js';
import { columnTypes, guardedPool, insideTransaction, surviveLostConnections } from './pool.js';
import { migrationPool, requireSupportedVersion, serverPool } from './postgres.js';
import type { Database } from './schema.js';

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;

/** The one database of a shop: PostgreSQL, as a server or embedded. */
export interface Store {
  readonly kind: 'pglite' | 'postgres';
  /** For single statements. Inside `transaction` use what it hands in. */
  readonly db: Db;
  /**
   * One transaction, READ COMMITTED. Reruns `work` on deadlock or serialisation failure, with jitter, at most 8 times: so `work` must do
   * nothing but read and write through `trx`. No network inside: the embedded store has one connection.
   */
  transaction<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /**
   * A transaction that can write nothing, and whose statements all see one instant. Keep it short: the embedded store has one connection.
   */
  snapshot<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** A consistent copy of the embedded database as a gzipped tar; null on a server, which has tools of its own. */
  dump(): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** A PostgreSQL server; without it the embedded one. */
  readonly databaseUrl?: string;
  /** Connections to the server; default 10. */
  readonly pool?: number;
  /** Folder of the embedded database; without it, it lives in memory. */
  readonly dataDir?: string;
  /** An archive made by `dump` that an embedded store in memory begins with: a backup to look into, or a test's quick start. */
  readonly template?: string;
  /** Called with the text of every statement, `begin` and `commit` among them. */
  readonly onQuery?: (sql: string) => void;
}

/** Opens the store and brings its schema up to date. Throws a sentence when the folder is in use or the server too old. */
export function openStore(options: StoreOptions): Promise<Store> {
  return options.databaseUrl === undefined ? openPglite(options) : openPostgres(options.databaseUrl, options);
}

async function openPostgres(databaseUrl: string, options: StoreOptions): Promise<Store> {
  const pool = serverPool(databaseUrl, options.pool ?? 10);
  try {
    await requireSupportedVersion(pool);
    const migrating = kyselyOver<never>(migrationPool(databaseUrl));
    try {
      await migrate(migrating);
    } finally {
      await migrating.destroy();
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  const db = kyselyOver<Database>(pool, options.onQuery);
  return {
    kind: 'postgres',
    db,
    transaction: (work) => runTransaction(db, work),
    snapshot: (work) => readSnapshot(db, work),
    dump: () => Promise.resolve(null),
    close: () => db.destroy(),
  };
}

async function openPglite(options: StoreOptions): Promise<Store> {
  const embedded = await (options.dataDir === undefined ? openInMemory(options.template ?? null) : openFolder(options.dataDir));
  const pool = surviveLostConnections(
    new pg.Pool({ stream: embedded.stream, max: 1, idleTimeoutMillis: 0, types: columnTypes, pipeline: true }),
  );
  const db = kyselyOver<Database>(pool, options.onQuery);
  const close = async () => {
    await db.destroy();
    await embedded.close();
  };
  try {
    await migrate(db as unknown as Kysely<never>);
  } catch (error) {
    await close();
    throw error;
  }
  // Taken while the one connection is ours, so between two transactions.
  const dump = async () => {
    const client = await pool.connect();
    return embedded.dump().finally(() => client.release());
  };
  return { kind: 'pglite', db, transaction: (work) => runTransaction(db, work), snapshot: (work) => readSnapshot(db, work), dump, close };
}

function kyselyOver<Tables>(pool: pg.Pool, onQuery?: (sql: string) => void): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guardedPool(pool) }),
    log: (event) => {
      if (event.level === 'query') onQuery?.(event.query.sql);
    },
  });
}

const ATTEMPTS = 8;

async function runTransaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db
        .transaction()
        .setIsolationLevel('read committed')
        .execute((trx) => insideTransaction(() => work(trx)));
    } catch (error) {
      if (attempt === ATTEMPTS || !mayPassOnRerun(error)) throw error;
      // Full jitter: two that collided must not collide again.
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

function readSnapshot<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((trx) => insideTransaction(() => work(trx)));
}

/** serialization_failure, deadlock_detected */
function mayPassOnRerun(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01');
}
