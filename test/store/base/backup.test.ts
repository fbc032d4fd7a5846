import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backUp } from '../../../src/app/upkeep/backup.js';
import { type Db, openStore } from '../../../src/store/db.js';
import { type OpenedStore, openMemoryStore, openServerStore } from '../../support/stores.js';

let scratch: string;
let opened: OpenedStore | undefined;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sojourn-backup-'));
});
afterEach(async () => {
  await opened?.dispose();
  opened = undefined;
  rmSync(scratch, { recursive: true, force: true });
});

test('a backup, unpacked, is a database folder with all that was committed', async () => {
  opened = await openMemoryStore();
  await put(opened.store.db, 'k');
  const path = join(scratch, 'backups', 'backup.tar.gz');

  const result = await backUp(opened.store, path);

  expect(result).toEqual({ kind: 'written', path, bytes: statSync(path).size });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(scratch, 'backups'))).toEqual(['backup.tar.gz']);
  const restored = join(scratch, 'restored');
  mkdirSync(restored, { mode: 0o700 });
  execFileSync('tar', ['-xzf', path, '-C', restored], { stdio: 'ignore' });
  const store = await openStore({ dataDir: restored });
  expect(await keys(store.db)).toEqual(['k']);
  await store.close();
});

test('a backup waits for the transaction under way and holds all of it', async () => {
  opened = await openMemoryStore();
  const { store } = opened;
  const path = join(scratch, 'backup.tar.gz');
  let backup: Promise<unknown> | undefined;
  await store.transaction(async (trx) => {
    await put(trx, 'first');
    backup = backUp(store, path);
    await new Promise((done) => setTimeout(done, 50));
    expect(existsSync(path)).toBe(false);
    await put(trx, 'second');
  });
  await backup;

  const copy = await openStore({ template: path });
  expect(await keys(copy.db)).toEqual(['first', 'second']);
  await copy.close();
});

test('a server is backed up by its own tools', async () => {
  opened = await openServerStore();
  expect(await backUp(opened.store, join(scratch, 'x'))).toEqual({ kind: 'refused', reason: expect.stringContaining('pg_dump') });
  expect(existsSync(join(scratch, 'x'))).toBe(false);
});

async function put(db: Db, key: string): Promise<void> {
  await db.insertInto('controls').values({ key, value: '1', updated_at: 0 }).execute();
}

async function keys(db: Db): Promise<readonly string[]> {
  return (await db.selectFrom('controls').select('key').orderBy('key').execute()).map((row) => row.key);
}
