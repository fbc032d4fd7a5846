import { AsyncLocalStorage } from 'node:async_hooks';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** bigint columns hold milliseconds and counts: numbers hold them exactly. All else is parsed as `pg` does. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/**
 * A lost connection must not end the process, whether it was idle or in use: the statement under way fails, the pool replaces the
 * connection, and the next use reports what is wrong, should it still be.
 */
export function surviveLostConnections(pool: pg.Pool): pg.Pool {
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Set while `work` of a transaction runs. */
const running = new AsyncLocalStorage<{ open: boolean }>();

/** Runs `work` so that a use of the pool inside it is refused: on one connection it would wait for itself for ever. */
export async function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  const mark = { open: true };
  try {
    return await running.run(mark, work);
  } finally {
    mark.open = false;
  }
}

/** The pool as Kysely sees it, with two rules that `pg` leaves to its user. */
export function guardedPool(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      if (running.getStore()?.open) {
        throw new Error('The store was used through its pool inside a transaction; use the transaction that was handed in.');
      }
      const client = await pool.connect();
      const known = clients.get(client);
      if (known) return known;
      const guarded = guardedClient(client);
      clients.set(client, guarded);
      return guarded;
    },
    end: () => pool.end(),
  };
}

/** PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement failed before: work would be lost without a word. */
function guardedClient(client: pg.PoolClient): PostgresPoolClient {
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    const result = await client.query(sql, [...parameters]);
    if (sql === 'commit' && result.command === 'ROLLBACK') {
      throw new Error('The transaction was rolled back at its commit, because one of its statements had failed before.');
    }
    return result;
  };
  return { query: query as PostgresPoolClient['query'], release: () => client.release() };
}
