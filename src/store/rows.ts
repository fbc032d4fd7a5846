import { type Insertable, type RawBuilder, sql } from 'kysely';
import { mendJson } from './json.js';
import type { Database } from './schema.js';

/**
 * `insert into … values …` of one row, ending in `returning 1`. With `orUpdate`, a row that is there already (by `id`) takes these columns
 * from it instead. Its text depends on the columns only, so that a connection prepares it once; Kysely's own builder takes ten times as
 * long to make it.
 */
export function insertRow<Table extends keyof Database>(
  table: Table,
  row: Insertable<Database[Table]>,
  orUpdate: readonly (keyof Database[Table] & string)[] = [],
): RawBuilder<unknown> {
  const columns = Object.keys(row);
  const changes = orUpdate.map((column) => `${column} = excluded.${column}`).join(', ');
  const end = changes === '' ? ') returning 1' : `) on conflict (id) do update set ${changes} returning 1`;
  return rawSql([`insert into ${table} (${columns.join(', ')}) values (`, ...columns.slice(1).map(() => ', '), end], Object.values(row));
}

/** A row to be written, and which of its columns a row that is there takes from it. */
export interface RowToWrite<Table extends keyof Database> {
  readonly row: Insertable<Database[Table]>;
  readonly orUpdate: readonly (keyof Database[Table] & string)[];
}

/**
 * As `insertRow`, of many rows with the same columns: one JSON parameter, whose text stays the same for any number. `json`: columns whose
 * values are JSON text already.
 */
function insertAlike<Table extends keyof Database>(
  table: Table,
  rows: readonly RowToWrite<Table>[],
  json: readonly string[],
): RawBuilder<unknown> {
  const [first] = rows;
  if (first === undefined) throw new Error('There is no row to write.');
  const columns = Object.keys(first.row);
  const changes = first.orUpdate.map((column) => `${column} = excluded.${column}`).join(', ');
  const end = changes === '' ? ') returning 1' : `) on conflict (id) do update set ${changes} returning 1`;
  const records = mendJson(`[${rows.map(({ row }) => recordText(row as Readonly<Record<string, unknown>>, json)).join(',')}]`);
  const names = columns.join(', ');
  return rawSql(
    [`insert into ${table} (${names}) (select ${names} from json_populate_recordset(null::${table}, `, `::json)${end}`],
    [records],
  );
}

function recordText(row: Readonly<Record<string, unknown>>, json: readonly string[]): string {
  const fields = Object.entries(row).map(
    ([name, value]) => `"${name}":${json.includes(name) && typeof value === 'string' ? value : JSON.stringify(value ?? null)}`,
  );
  return `{${fields.join(',')}}`;
}

/** Many rows, in a statement for each set of columns that they have. */
export function insertRows<Table extends keyof Database>(
  table: Table,
  rows: readonly RowToWrite<Table>[],
  json: readonly string[] = [],
): readonly RawBuilder<unknown>[] {
  const alike = new Map<string, RowToWrite<Table>[]>();
  for (const one of rows) {
    const columns = [...Object.keys(one.row), '', ...one.orUpdate].join();
    alike.set(columns, [...(alike.get(columns) ?? []), one]);
  }
  return [...alike.values()].map((some) => insertAlike(table, some, json));
}

/** A statement from its fragments and what stands between them, as the `sql` tag is given them. */
export function rawSql(fragments: readonly string[], between: readonly unknown[]): RawBuilder<unknown> {
  return sql(fragments as unknown as TemplateStringsArray, ...between);
}
