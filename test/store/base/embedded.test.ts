import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openStore } from '../../../src/store/db.js';
import { openFolder, openInMemory } from '../../../src/store/pglite/embedded.js';
import { lockFolder } from '../../../src/store/pglite/lock.js';

let pristine: string;
beforeAll(async () => {
  pristine = join(mkdtempSync(join(tmpdir(), 'sojourn-pristine-')), 'not', 'there', 'yet');
  await (await openStore({ dataDir: pristine })).close();
});
afterAll(() => rmSync(join(pristine, '..', '..', '..'), { recursive: true, force: true }));

let scratch: string;
let folder: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sojourn-embedded-'));
  folder = join(scratch, 'store');
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

describe('the embedded store in a folder', () => {
  beforeEach(() => cpSync(pristine, folder, { recursive: true }));

  test('was created where nothing was, for its owner only', () => {
    expect(statSync(pristine).mode & 0o077).toBe(0);
    expect(readdirSync(join(pristine, '..'))).toEqual([basename(pristine)]);
  });

  test('keeps what it was told over a restart, and leaves no lock behind', async () => {
    const first = await openStore({ dataDir: folder });
    await sql`insert into controls (key, value, updated_at) values ('k', '{"a": 1}', 7)`.execute(first.db);
    await first.close();
    expect(existsSync(`${folder}.lock`)).toBe(false);

    const second = await openStore({ dataDir: folder });
    const { rows } = await sql`select value, updated_at from controls`.execute(second.db);
    await second.close();
    expect(rows).toEqual([{ value: { a: 1 }, updated_at: 7 }]);
  });

  test('is refused to a second process, and loses no acknowledged row when the first is killed', async () => {
    const child = startWriter(folder);
    const acknowledged: string[] = [];
    await new Promise<void>((done, failed) => {
      child.once('exit', (code) => failed(new Error(`The writer ended with ${code}.`)));
      createInterface({ input: child.stdout! }).on('line', (line) => {
        if (line !== 'open') acknowledged.push(line);
        if (acknowledged.length === 40) done();
      });
    });

    await expect(openStore({ dataDir: folder })).rejects.toThrow(`is in use by process ${child.pid}.`);

    await killed(child);
    const store = await openStore({ dataDir: folder });
    const { rows } = await sql<{ key: string }>`select key from controls`.execute(store.db);
    await store.close();
    const found = new Set(rows.map((row) => row.key));
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);
    expect(acknowledged.filter((key) => !found.has(key) || !found.has(key.replace('row', 'pair')))).toEqual([]);
    expect([...found].filter((key) => key.startsWith('row')).length).toBe(found.size / 2);
  });

  test('makes each commit durable before it answers, and syncs nothing for reads', async () => {
    const embedded = await openFolder(folder);
    const client = new pg.Client({ stream: embedded.stream });
    await client.connect();
    await client.query('create table t (n int)');

    const before = await embedded.stats();
    for (let n = 0; n < 10; n++) {
      await client.query('begin');
      await client.query('insert into t values ($1)', [n]);
      await client.query('insert into t values ($1)', [n]);
      await client.query('commit');
    }
    const written = await embedded.stats();
    await client.query('select * from t');
    await client.query('select count(*) from t');
    const read = await embedded.stats();
    await client.end();
    await embedded.close();

    expect(written.walSyncs - before.walSyncs).toBe(10);
    expect(read.walSyncs).toBe(written.walSyncs);
  });

  test('clears away dead rows and takes statistics by itself, between transactions', async () => {
    const embedded = await openFolder(folder, { upkeepEveryMs: 50 });
    const client = new pg.Client({ stream: embedded.stream });
    await client.connect();
    await client.query('create table t (n int); create table u (n int)');
    await client.query('insert into t select generate_series(1, 1000)');
    await client.query('delete from t where n > 10');
    const pages = async () =>
      (
        await client.query<{ pages: number; rows: number }>(
          "select relpages as pages, reltuples::int as rows from pg_class where relname = 't'",
        )
      ).rows;

    await client.query('begin');
    const { upkeeps } = await embedded.stats();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await embedded.stats()).upkeeps - upkeeps, 'no vacuum within a transaction').toBe(0);
    await client.query('commit');

    await expect.poll(pages).toEqual([{ pages: 1, rows: 10 }]);
    await client.end();
    await embedded.close();
  });

  test('rolls back what a connection left open', async () => {
    const embedded = await openInMemory(inject('storeTemplate'));
    const first = new pg.Client({ stream: embedded.stream });
    await first.connect();
    await first.query('create table t (n int)');
    await first.query('begin');
    await first.query('insert into t values (1)');
    await first.end();

    const second = new pg.Client({ stream: embedded.stream });
    await second.connect();
    const { rows } = await second.query('select n from t');
    await second.end();
    await embedded.close();
    expect(rows).toEqual([]);
  });

  test('leaves the main loop free while it works', async () => {
    const store = await openStore({ template: inject('storeTemplate') });
    let fired = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      fired++;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    for (let n = 0; n < 500; n++) await sql`insert into controls (key, value, updated_at) values (${`k${n}`}, '1', 0)`.execute(store.db);
    clearInterval(timer);
    await store.close();
    // In process the timer would not fire once, and the gap would be the whole time.
    expect(fired).toBeGreaterThan(50);
    expect(longest).toBeLessThan(250);
  });

  test('fails what is under way and what comes after when its thread is gone', async () => {
    const store = await openStore({ template: inject('storeTemplate') });
    await store.close();
    await expect(sql`select 1`.execute(store.db)).rejects.toThrow();
  });
});

describe('the lock of a database folder', () => {
  const holder = (over: object) => JSON.stringify({ pid: process.pid, host: hostname(), startedAt: null, ...over });

  test('is taken once, also within one process', () => {
    const path = join(scratch, 'db');
    const lock = lockFolder(path);
    expect(() => lockFolder(path)).toThrow(/in use by process \d+ \(this very process\)/);
    lock.release();
    lockFolder(path).release();
  });

  test('is taken over from a process that is dead', async () => {
    const path = join(scratch, 'db');
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => child.once('exit', done));
    writeFileSync(`${path}.lock`, holder({ pid: child.pid }));
    const lock = lockFolder(path);
    expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  test.runIf(existsSync('/proc/self/stat'))('is taken over when another process has got the pid since', () => {
    const path = join(scratch, 'db');
    writeFileSync(`${path}.lock`, holder({ startedAt: 'another-boot/1' }));
    lockFolder(path).release();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('is not taken from another machine, whatever its pid means here', () => {
    const path = join(scratch, 'db');
    writeFileSync(`${path}.lock`, holder({ pid: 2 ** 22 + 1, host: 'elsewhere' }));
    expect(() => lockFolder(path)).toThrow('was locked on another machine or container (elsewhere');
  });

  test('is not released by one who no longer holds it', () => {
    const path = join(scratch, 'db');
    const lock = lockFolder(path);
    writeFileSync(`${path}.lock`, holder({ pid: 1 }));
    lock.release();
    expect(existsSync(`${path}.lock`)).toBe(true);
  });
});

function startWriter(dataDir: string): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL('../../support/store-child.mjs', import.meta.url)), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function killed(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit');
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}
