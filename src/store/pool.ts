import { AsyncLocalStorage } from 'node:async_hooks';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** bigint columns hold milliseconds and counts: numbers hold them exactly. All else is parsed as `pg` does. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/**
 * A lost connection must not end the process, whether it was idle or in use: the running statement fails, the pool replaces the connection,
 * and the next use reports the problem if it persists.
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

/** A statement of a kind that PostgreSQL can prepare. */
const preparable = /^\s*(?:select|insert|update|delete|with)\b/i;
/** A text that came so often is worth a plan of its own; texts beyond so many are not (lists of many lengths make many texts). */
const preparedFrom = 3;
const preparedAtMost = 300;
/**
 * After this many statements, then after twice as many and so on, a connection drops its plans, so that new ones are made for the present
 * tables: a plan for an empty table would stay until the server next takes statistics.
 */
const firstReplanAfter = 1_000;

/**
 * How often each text came, and the name under which connections prepare it: parsing and planning costs more than running what a turn or an
 * event asks.
 */
class PreparedNames {
  readonly #counts = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #generation = 0;

  /** Null: not worth it, or not yet. */
  nameOf(text: string): string | null {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= preparedAtMost || !preparable.test(text)) return null;
    const count = (this.#counts.get(text) ?? 0) + 1;
    if (count < preparedFrom) {
      if (this.#counts.size >= 10 * preparedAtMost) this.#counts.clear();
      this.#counts.set(text, count);
      return null;
    }
    this.#counts.delete(text);
    const name = `s${this.#generation}_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  /** A migration elsewhere changed what a statement gives: no connection uses an old name again. */
  startAnew(): void {
    this.#generation += 1;
    this.#names.clear();
  }
}

const prepared = new PreparedNames();

/** Before the text of a statement: it is to be sent with the one that comes next. */
export const withNextMark = '/* with the next */ ';

const nothing = { command: 'SELECT', rowCount: null, rows: [] };

/**
 * PostgreSQL answers COMMIT with ROLLBACK, and no error, if a statement failed before: work would be lost silently. A transaction starts
 * together with its first statement, and its last write may go with its commit: fewer round trips while rows are locked.
 */
function guardedClient(client: pg.PoolClient): PostgresPoolClient {
  let isInTransaction = false;
  let sincePlanned = 0;
  let replanAfter = firstReplanAfter;
  let toBegin: string | null = null;
  let waiting: { readonly sql: string; readonly parameters: readonly unknown[] }[] = [];

  const run = (sql: string, parameters: readonly unknown[]) => {
    const name = prepared.nameOf(sql);
    return name === null ? client.query(sql, [...parameters]) : client.query({ name, text: sql, values: [...parameters] });
  };
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    sincePlanned += 1;
    if (sincePlanned > replanAfter && !isInTransaction) {
      sincePlanned = 0;
      replanAfter *= 2;
      await client.query('discard plans');
    }
    if (sql.startsWith('start transaction')) {
      isInTransaction = true;
      toBegin = sql;
      return nothing;
    }
    if (sql.startsWith(withNextMark)) {
      waiting.push({ sql: sql.slice(withNextMark.length), parameters });
      return nothing;
    }
    const wasInTransaction = isInTransaction;
    if (sql === 'commit' || sql === 'rollback') isInTransaction = false;
    try {
      sendAtEndOfTick(client);
      const ahead = toBegin === null ? [] : [client.query(toBegin)];
      if (sql !== 'rollback') ahead.push(...waiting.map((one) => run(one.sql, one.parameters)));
      toBegin = null;
      waiting = [];
      // The first that fails is the first to answer.
      const [result] = await Promise.all([run(sql, parameters), ...ahead]);
      if (sql === 'commit' && result.command === 'ROLLBACK') {
        throw new Error('The transaction was rolled back at its commit, because one of its statements had failed before.');
      }
      return result;
    } catch (error) {
      if (!isOutdatedPlan(error)) throw error;
      prepared.startAnew();
      if (!wasInTransaction) return await run(sql, parameters);
      // serialization_failure: the store runs the transaction again.
      throw Object.assign(new Error('The tables were changed by a migration meanwhile.', { cause: error }), { code: '40001' });
    }
  };
  return { query: query as PostgresPoolClient['query'], release: () => client.release() };
}

/** What is written to the connection in one go leaves as one packet. */
function sendAtEndOfTick(client: pg.PoolClient): void {
  const { stream } = (client as pg.PoolClient & pg.Client).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** feature_not_supported, "cached plan must not change result type" */
function isOutdatedPlan(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === '0A000' && 'routine' in error && error.routine === 'RevalidateCachedQuery'
  );
}
