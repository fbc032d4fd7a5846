import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../../src/store/db.js';
import { inOneTrip, sendWithNext } from '../../../src/store/one-trip.js';
import { versionProblem } from '../../../src/store/postgres.js';
import { countStatements, describeOnBothStores, openServerStore, resetTables } from '../../support/stores.js';

describeOnBothStores('the store', (store) => {
  afterEach(() => resetTables(store()));

  test('reads bigint as a number, and keeps what only looks like one', async () => {
    const { rows } =
      await sql`select 1760000000000::bigint as n, count(*) as none, 1.10::numeric as exact, '0042' as text from profiles`.execute(
        store().db,
      );
    expect(rows).toEqual([{ n: 1_760_000_000_000, none: 0, exact: '1.10', text: '0042' }]);
  });

  test.each([
    ['an object', { a: [1, { b: null }], 'ü "quoted"': 'back\\slash' }],
    ['an array', [1, 'two', [3]]],
    ['a string', 'plain "text"'],
    ['a number', 12.5],
    ['false', false],
    ['null', null],
  ])('gives %s back as it was written to jsonb', async (_what, value) => {
    await write(store(), 'k', value);
    expect(await read(store(), 'k')).toEqual(value);
  });

  test('passes arrays and mixed parameters on', async () => {
    const { rows } = await sql`select array_length(${['a', 'b,"c"', '']}::text[], 1) as n, (${['a', 'b,"c"', '']}::text[])[2] as second,
      7 = any(${[5, 7]}::bigint[]) as found, ${null}::text as nothing, ${true}::boolean as yes, ${3}::text as three`.execute(store().db);
    expect(rows).toEqual([{ n: 3, second: 'b,"c"', found: true, nothing: null, yes: true, three: '3' }]);
  });

  test('commits what a transaction wrote, and nothing of one that threw', async () => {
    await store().transaction((trx) => write({ db: trx }, 'kept', 1));
    await expect(
      store().transaction(async (trx) => {
        await write({ db: trx }, 'lost', 1);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await keys(store())).toEqual(['kept']);
  });

  test('sends two statements in one trip: the second sees the first, and of two failures the first is told', async () => {
    // Often enough to be prepared, the failing ones too.
    for (let n = 0; n < 5; n += 1) {
      const both = store().transaction((trx) =>
        inOneTrip<{ n: number }, { n: number }>(
          trx,
          sql`insert into controls (key, value, updated_at) values (${`k${n}`}, '1', 0) returning 1 as n`,
          sql`select count(*) as n from controls`,
        ),
      );
      expect(await both).toEqual([[{ n: 1 }], [{ n: n + 1 }]]);
      const failing = store().transaction((trx) => inOneTrip(trx, sql`select 1 / ${0}::int as n`, sql`select ${n}::int as n`));
      await expect(failing).rejects.toMatchObject({ code: '22012' });
    }
    expect(await sql`select ${7}::int as n`.execute(store().db)).toMatchObject({ rows: [{ n: 7 }] });
  });

  test('sends what nobody waits for with the next statement, or the commit, and tells there what went wrong', async () => {
    const keep = (n: number) => sql`insert into controls (key, value, updated_at) values (${`w${n}`}, '1', 0)`;
    const kept = async () =>
      (await sql<{ n: number }>`select count(*) as n from controls where key like 'w%'`.execute(store().db)).rows[0]?.n;

    await store().transaction(async (trx) => {
      await sendWithNext(trx, keep(1));
      await sendWithNext(trx, keep(2));
      const { rows } = await sql<{ n: number }>`select count(*) as n from controls where key like 'w%'`.execute(trx);
      expect(rows).toEqual([{ n: 2 }]);
      await sendWithNext(trx, keep(3));
    });
    expect(await kept()).toBe(3);

    for (let time = 0; time < 4; time += 1) {
      const twice = store().transaction(async (trx) => {
        await keep(4).execute(trx);
        await sendWithNext(trx, keep(1));
      });
      await expect(twice).rejects.toMatchObject({ code: '23505' });
    }
    const thrown = store().transaction(async (trx) => {
      await sendWithNext(trx, keep(5));
      throw new Error('never mind');
    });
    await expect(thrown).rejects.toThrow('never mind');
    expect(await kept()).toBe(3);
  });

  test('reruns a transaction whose last write failed by a serialisation error', async () => {
    let runs = 0;
    await store().transaction(async (trx) => {
      runs += 1;
      if (runs < 3) await sendWithNext(trx, sql`do $$ begin raise exception using errcode = '40001'; end $$`);
    });
    expect(runs).toBe(3);
  });

  test('begins and ends a transaction without a statement', async () => {
    expect(await store().transaction(async () => 'done')).toBe('done');
    await expect(store().transaction(() => Promise.reject(new Error('never mind')))).rejects.toThrow('never mind');
    await write(store(), 'after', 1);
    expect(await read(store(), 'after')).toBe(1);
  });

  test('says so when a commit turns out to be a rollback', async () => {
    const swallowed = store().transaction(async (trx) => {
      await write({ db: trx }, 'lost', 1);
      await sql`select 1/0`.execute(trx).catch(() => {});
    });
    await expect(swallowed).rejects.toThrow('was rolled back at its commit');
    expect(await keys(store())).toEqual([]);
  });

  test('goes on with statements that it has prepared, when a migration changes what they give', async () => {
    const { db } = store();
    await sql`create table changing (a integer)`.execute(db);
    const alone = () => sql`select * from changing`.execute(db);
    const together = () =>
      store().transaction(async (trx) => {
        await sql`insert into changing values (1)`.execute(trx);
        return sql`select c.* from changing c`.execute(trx);
      });
    for (let time = 0; time < 5; time += 1) await Promise.all([alone(), together()]);
    await sql`delete from changing`.execute(db);
    await sql`alter table changing add column b integer default 2`.execute(db);

    expect((await together()).rows).toEqual([{ a: 1, b: 2 }]);
    await sql`alter table changing add column c integer default 3`.execute(db);
    expect((await alone()).rows).toEqual([{ a: 1, b: 2, c: 3 }]);
    await sql`drop table changing`.execute(db);
  });

  test('refuses the pool inside a transaction instead of waiting for itself', async () => {
    const self = store().transaction(async () => keys(store()));
    await expect(self).rejects.toThrow('use the transaction that was handed in');
    expect(await keys(store())).toEqual([]);
  });

  test('reports an error with its code and constraint, and goes on working', async () => {
    await write(store(), 'k', 1);
    const again = sql`insert into controls (key, value, updated_at) values ('k', '1', 0)`.execute(store().db);
    await expect(again).rejects.toMatchObject({ code: '23505', constraint: 'controls_pkey' });
    expect(await Promise.all([keys(store()), read(store(), 'k')])).toEqual([['k'], 1]);
  });

  test('reruns a transaction that failed by a serialisation error, at most eight times', async () => {
    const failing = (times: number) => {
      let runs = 0;
      const done = store().transaction(async (trx) => {
        runs++;
        await write({ db: trx }, `run-${runs}`, runs);
        if (runs <= times) await sql`do $$ begin raise exception 'moved' using errcode = '40001'; end $$`.execute(trx);
        return runs;
      });
      return done.catch((error: unknown) => ({ runs, error }));
    };

    expect(await failing(2)).toBe(3);
    expect(await keys(store())).toEqual(['run-3']);
    expect(await failing(100)).toMatchObject({ runs: 8, error: { code: '40001' } });
  });

  test('does not rerun after any other error', async () => {
    let runs = 0;
    await expect(
      store().transaction(async (trx) => {
        runs++;
        await sql`select 1/0`.execute(trx);
      }),
    ).rejects.toMatchObject({ code: '22012' });
    expect(runs).toBe(1);
  });

  test('keeps fifty racing transactions apart', async () => {
    await write(store(), 'n', 0);
    await Promise.all(
      Array.from({ length: 50 }, () =>
        store().transaction(async (trx) => {
          const row = await trx.selectFrom('controls').select('value').where('key', '=', 'n').forUpdate().executeTakeFirstOrThrow();
          await write({ db: trx }, 'n', Number(row.value) + 1);
        }),
      ),
    );
    expect(await read(store(), 'n')).toBe(50);
  });

  test('lets the statements of a piece of work be counted', async () => {
    const texts = await countStatements(store(), () => store().transaction((trx) => write({ db: trx }, 'k', 1)));
    expect(texts.map((text) => text.split(' ')[0])).toEqual(['start', 'insert', 'commit']);
  });
});

describe('the store on a server', () => {
  let opened: Awaited<ReturnType<typeof openServerStore>>;
  beforeAll(async () => {
    opened = await openServerStore();
    return opened.dispose;
  });

  test('reruns the victim of a deadlock, so that both transactions commit', async () => {
    const { store } = opened;
    await write(store, 'a', 0);
    await write(store, 'b', 0);
    let runs = 0;
    let arrived = 0;
    let release: (() => void) | undefined;
    const both = new Promise<void>((done) => {
      release = done;
    });
    const crossing = (first: string, second: string) =>
      store.transaction(async (trx) => {
        runs++;
        await sql`update controls set updated_at = updated_at + 1 where key = ${first}`.execute(trx);
        if (++arrived === 2) release?.();
        await both;
        await sql`update controls set updated_at = updated_at + 1 where key = ${second}`.execute(trx);
      });

    await Promise.all([crossing('a', 'b'), crossing('b', 'a')]);

    expect(runs).toBeGreaterThan(2);
    const { rows } = await sql`select key, updated_at from controls order by key`.execute(store.db);
    expect(rows).toEqual([
      { key: 'a', updated_at: 2 },
      { key: 'b', updated_at: 2 },
    ]);
  });

  test('runs transactions as read committed whatever the server thinks', async () => {
    const { rows } = await opened.store.transaction((trx) => sql`show transaction_isolation`.execute(trx));
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }]);
  });

  test('outlives connections that the server ends, idle ones and one in the middle of a transaction', async () => {
    const { store, url } = opened;
    const endAllOthers = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    try {
      const cut = store.transaction(async (trx) => {
        await write({ db: trx }, 'lost', 1);
        await other.query(endAllOthers);
        await write({ db: trx }, 'lost too', 1);
      });
      // Whether the farewell, the reset or the closed pipe is seen first is chance.
      await expect(cut).rejects.toThrow();
      // The farewell to idle connections is on its way.
      await new Promise((done) => setTimeout(done, 100));
      await keys(store);
      await other.query(endAllOthers);
      await new Promise((done) => setTimeout(done, 100));
    } finally {
      await other.end();
    }

    expect(await keys(store)).not.toContain('lost');
  });

  test.each([
    ['140011', 'PostgreSQL 14 is too old: Sojourn needs PostgreSQL 15 or newer.'],
    ['150000', null],
    ['180006', null],
  ])('takes version %s or says why not', (version, problem) => {
    expect(versionProblem(version)).toBe(problem);
  });

  test('is refused when the server cannot be reached, with its cause', async () => {
    await expect(openStore({ databaseUrl: 'postgres://postgres@127.0.0.1:1/none' })).rejects.toThrow(/ECONNREFUSED/);
  });
});

async function write(store: Pick<Store, 'db'>, key: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await store.db
    .insertInto('controls')
    .values({ key, value: text, updated_at: 0 })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
    .execute();
}

async function read(store: Store, key: string): Promise<unknown> {
  return (await store.db.selectFrom('controls').select('value').where('key', '=', key).executeTakeFirst())?.value;
}

async function keys(store: Store): Promise<readonly string[]> {
  return (await store.db.selectFrom('controls').select('key').orderBy('key').execute()).map((row) => row.key);
}
