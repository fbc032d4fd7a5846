import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { personTables, tablesOfPeople } from '../../../src/store/person-tables.js';
import { describeOnBothStores } from '../../support/stores.js';

/** Of Kysely itself: which migrations have run. */
const migrations = ['kysely_migration', 'kysely_migration_lock'];
const add = 'Add it to src/store/person-tables.ts: what a merge, an erasure and an export do with it, or why it holds nothing of a person.';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

describeOnBothStores('what each table does with a person', (store) => {
  const columns = async (): Promise<readonly Column[]> => {
    const { rows } = await sql<Column>`select table_name as table, column_name as column, data_type as type from information_schema.columns
      where table_schema = 'public' order by table_name, ordinal_position`.execute(store().db);
    return rows.filter(({ table }) => !migrations.includes(table));
  };

  test('is said of every table of the schema', async () => {
    const tables = [...new Set((await columns()).map(({ table }) => table))];

    for (const table of tables) expect(Object.keys(personTables), `Nothing is said of the table ${table}. ${add}`).toContain(table);
    expect(
      Object.keys(personTables).filter((table) => !tables.includes(table)),
      'These tables are no longer there.',
    ).toEqual([]);
  });

  test('a table with a column for a person, a message, an entry or an address is one of people', async () => {
    const people = new Set<string>(tablesOfPeople().map(([table]) => table));
    const telling = (await columns()).filter(({ column }) =>
      /^(profile_id|entry_id|message_id|cart_id|email|phone|address_hash)$/.test(column),
    );

    expect(
      telling.filter(({ table }) => !people.has(table) && table !== 'idempotency_keys').map(({ table, column }) => `${table}.${column}`),
      add,
    ).toEqual([]);
  });

  test('leaves no column with text behind that is neither taken away nor said to stay', async () => {
    const all = await columns();
    const person = { ids: sql`any('{}'::text[])`, addresses: { emails: [], phones: [] }, at: 0 };
    const forgotten = tablesOfPeople().flatMap(([table, { erase, keeps }]) => {
      const statements = erase(person).map((statement) => statement.compile(store().db).sql.replace(/\s+/g, ' '));
      if (statements.some((text) => text.startsWith(`delete from ${table}`))) return [];
      const taken = statements
        .filter((text) => text.startsWith(`update ${table} set`))
        .map((text) => text.slice(0, text.lastIndexOf(' where ')));
      return all
        .filter((one) => one.table === table && /text|json/.test(one.type) && !one.column.endsWith('_id') && one.column !== 'id')
        .filter(
          ({ column }) => !(keeps as readonly string[]).includes(column) && !taken.some((text) => new RegExp(`\\b${column} = `).test(text)),
        )
        .map(({ column }) => `${table}.${column}`);
    });

    expect(forgotten, 'An erasure leaves these. Take them away in src/store/person-tables.ts, or say there that they stay.').toEqual([]);
  });

  test('names only columns that are there', async () => {
    const all = new Set((await columns()).map(({ table, column }) => `${table}.${column}`));
    const named = tablesOfPeople().flatMap(([table, { keeps, merge }]) =>
      ([...keeps, ...(merge.kind === 'moves' ? [merge.row] : [])] as readonly string[]).map((column) => `${table}.${column}`),
    );

    expect(named.filter((one) => !all.has(one))).toEqual([]);
  });
});
