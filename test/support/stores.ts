import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { openStore, type Store } from '../../src/store/db.js';
import { onServer, toDatabase } from './postgres-server.js';
import { migratedDatabase } from './store-setup.js';

/** What listens to the statements of a store, while it does. */
const listeners = new WeakMap<Store, Set<(sql: string) => void>>();

/**
 * Runs the suite on the embedded PostgreSQL and on a real server. Each gets a fresh, migrated, empty database, closed afterwards.
 * Call `store()` inside tests and hooks, not while the suite is being described.
 */
export function describeOnBothStores(name: string, body: (store: () => Store) => void): void {
  describe.each(['pglite', 'postgres'] as const)(`${name} (%s)`, (kind) => {
    let open: OpenedStore | undefined;
    beforeAll(async () => {
      open = kind === 'pglite' ? await openMemoryStore() : await openServerStore();
    });
    afterAll(() => open?.dispose());
    body(() => {
      if (!open) throw new Error('The store is open only inside tests and hooks.');
      return open.store;
    });
  });
}

export interface OpenedStore {
  readonly store: Store;
  readonly dispose: () => Promise<void>;
}

/** An embedded store in memory. */
export async function openMemoryStore(): Promise<OpenedStore> {
  const store = await openListening({ template: inject('storeTemplate') });
  return { store, dispose: () => store.close() };
}

/** A store on a database of its own on the real server; `url` for a second connection to it. */
export async function openServerStore(): Promise<OpenedStore & { readonly url: string }> {
  const database = await createServerDatabase(migratedDatabase);
  const store = await openListening({ databaseUrl: database.url });
  return {
    store,
    url: database.url,
    dispose: async () => {
      await store.close();
      await database.drop();
    },
  };
}

/** A database on the real server, as `template` is. Without one it is empty and not migrated. */
export async function createServerDatabase(template = 'template1'): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name} template ${template}`);
  return { url: toDatabase(serverUrl, name), drop: () => onServer(serverUrl, `drop database if exists ${name} with (force)`) };
}

async function openListening(options: { databaseUrl?: string; template?: string }): Promise<Store> {
  const heard = new Set<(sql: string) => void>();
  const store = await openStore({
    ...options,
    onQuery: (text) => {
      for (const listener of heard) listener(text);
    },
  });
  listeners.set(store, heard);
  return store;
}

/**
 * Empties every table of ours but `kept`; sequences start again. Only tables that hold something are touched, which is what makes it quick.
 */
export async function resetTables(store: Store, kept: readonly string[] = []): Promise<void> {
  const others = sql.raw(kept.map((table) => ` and tablename <> '${table}'`).join(''));
  await sql`do $$
    declare candidate text; filled boolean; all_filled text[] := '{}';
    begin
      for candidate in select quote_ident(tablename) from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'${others} loop
        execute 'select exists (select 1 from ' || candidate || ')' into filled;
        if filled then all_filled := all_filled || candidate; end if;
      end loop;
      if cardinality(all_filled) > 0 then
        execute 'truncate ' || array_to_string(all_filled, ', ') || ' restart identity cascade';
      end if;
    end $$`.execute(store.db);
}

/** The texts of all statements that ran on this store during `work`, in order, `start transaction …` and `commit` among them. */
export async function countStatements(store: Store, work: () => Promise<unknown>): Promise<readonly string[]> {
  const heard = listeners.get(store);
  if (!heard) throw new Error('Only stores opened by this module can be listened to.');
  const texts: string[] = [];
  const listener = (text: string) => void texts.push(text);
  heard.add(listener);
  try {
    await work();
  } finally {
    heard.delete(listener);
  }
  return texts;
}
