import pg from 'pg';
import { columnTypes, surviveLostConnections } from './pool.js';

/** The oldest server that the store is tested on. */
const OLDEST_VERSION = 15;

/**
 * The data is in memory or on a flash disk, and queries read a few rows: an index costs a fraction of what the default assumes, compiling a
 * plan never pays, and one plan does for all values of a prepared statement.
 */
const plannerOptions = '-c random_page_cost=1.1 -c jit=off -c plan_cache_mode=force_generic_plan';

/**
 * Pool for a PostgreSQL server. A statement may take 15 s, a transaction may sit idle for 30 s: less than any lease. Statements are sent
 * without a wait for the answer to the one before (pipelining) where the caller does not need it.
 */
export function serverPool(databaseUrl: string, size: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    types: columnTypes,
    application_name: 'sojourn',
    options: plannerOptions,
    keepAlive: true,
    pipeline: true,
    connectionTimeoutMillis: 30_000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  return surviveLostConnections(pool);
}

/** One connection without a time limit: a migration may take long, and waits for another that runs. */
export function migrationPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, types: columnTypes, application_name: 'sojourn-migrate' });
  return surviveLostConnections(pool);
}

/** Throws a sentence when the server is older than what the store is tested on. */
export async function requireSupportedVersion(pool: pg.Pool): Promise<void> {
  const result = await pool.query<{ server_version_num: string }>('show server_version_num');
  const problem = versionProblem(result.rows[0]?.server_version_num ?? '0');
  if (problem) throw new Error(problem);
}

/** `server_version_num` as the server gives it, `150013` for 15.13. Null: that will do. */
export function versionProblem(serverVersionNum: string): string | null {
  const version = Math.floor(Number(serverVersionNum) / 10_000);
  return version < OLDEST_VERSION ? `PostgreSQL ${version} is too old: Sojourn needs PostgreSQL ${OLDEST_VERSION} or newer.` : null;
}
