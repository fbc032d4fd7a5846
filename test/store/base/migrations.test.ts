import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../../src/store/db.js';
import { migrate } from '../../../src/store/migrator.js';
import { createServerDatabase, type OpenedStore, openMemoryStore, openServerStore } from '../../support/stores.js';

describe('the schema', () => {
  let embedded: OpenedStore;
  let server: OpenedStore;
  beforeAll(async () => {
    embedded = await openMemoryStore();
    server = await openServerStore();
  });
  afterAll(async () => {
    await embedded.dispose();
    await server.dispose();
  });

  test('is the same on both servers', async () => {
    const onServer = await shapeOf(server.store);
    expect(onServer.length).toBeGreaterThan(200);
    expect(await shapeOf(embedded.store)).toEqual(onServer);
  });

  test('is left alone where its migrations were applied before', async () => {
    for (const { store } of [embedded, server]) {
      const before = await appliedTo(store);
      await migrate(store.db as unknown as Kysely<never>);
      expect(await appliedTo(store)).toEqual(before);
    }
  });

  test('is made once when several start on an empty server at the same instant', async () => {
    const database = await createServerDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ databaseUrl: database.url, pool: 2 })));
    const [first] = stores;
    const applied = first ? await appliedTo(first) : [];
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
    // A second application would have failed: its tables would be there.
    expect(applied.map((row) => row.name)).toEqual((await appliedTo(embedded.store)).map((row) => row.name));
  });

  test('keeps the real time of the database in milliseconds', async () => {
    for (const { store } of [embedded, server]) {
      const { rows } = await sql<{ now: number }>`select real_now_ms() as now`.execute(store.db);
      expect(Math.abs((rows[0]?.now ?? 0) - Date.now())).toBeLessThan(10_000);
    }
  });
});

async function shapeOf(store: Store): Promise<readonly unknown[]> {
  const columns = await sql`
    select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
    where table_schema = 'public' order by table_name collate "C", column_name collate "C"`.execute(store.db);
  const indexes = await sql`select indexdef from pg_indexes where schemaname = 'public' order by indexdef collate "C"`.execute(store.db);
  return [...columns.rows, ...indexes.rows];
}

async function appliedTo(store: Store): Promise<readonly { name: string; timestamp: string }[]> {
  return (await sql<{ name: string; timestamp: string }>`select name, timestamp from kysely_migration order by name`.execute(store.db))
    .rows;
}
