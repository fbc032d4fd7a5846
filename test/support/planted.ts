import { sql } from 'kysely';
import type { Store } from '../../src/store/db.js';

/** A column as the migrated database has it. */
export interface SchemaColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly isMade: boolean;
  /** The table and column that it refers to; null: none. */
  readonly refersTo: { readonly table: string; readonly column: string } | null;
  /** What a check allows; empty: anything. */
  readonly allowed: readonly string[];
}

/** Every column of our tables, in the order of the tables' names. */
export async function readSchema(store: Store): Promise<readonly SchemaColumn[]> {
  const { rows } = await sql<{
    table: string;
    column: string;
    type: string;
    nullable: string;
    made: boolean;
    toTable: string | null;
    toColumn: string | null;
    checks: string | null;
  }>`
    select c.table_name as table, c.column_name as column, c.data_type as type, c.is_nullable as nullable,
      c.is_identity = 'YES' or c.column_default is not null as made, f.to_table as "toTable", f.to_column as "toColumn",
      (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
        where k.contype = 'c' and k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
          and k.conkey = array[(select attnum from pg_attribute a where a.attrelid = k.conrelid and a.attname = c.column_name)]) as checks
    from information_schema.columns c
    left join (select k.conrelid, a.attname, k.confrelid::regclass::text as to_table, b.attname as to_column from pg_constraint k
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1] where k.contype = 'f') f
      on f.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass and f.attname = c.column_name
    where c.table_schema = 'public' and c.table_name not like 'kysely_%'
    order by c.table_name collate "C", c.ordinal_position`.execute(store.db);
  return rows.map((row) => ({
    table: row.table,
    column: row.column,
    type: row.type,
    isNullable: row.nullable === 'YES',
    isMade: row.made,
    refersTo: row.toTable === null || row.toColumn === null ? null : { table: row.toTable, column: row.toColumn },
    allowed: [...(row.checks ?? '').matchAll(/'([^']*)'::text/g)].map(([, literal]) => literal ?? ''),
  }));
}

export function tablesOf(schema: readonly SchemaColumn[]): ReadonlyMap<string, readonly SchemaColumn[]> {
  return new Map(schema.map(({ table }) => [table, schema.filter((column) => column.table === table)]));
}

type Row = Readonly<Record<string, unknown>>;

/** The value that stands in this column and nowhere else. */
export const plantedIn = (table: string, column: string): string => `planted:${table}.${column};`;

/** `table.column` of each planted value that a text holds. */
export function plantsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/planted:([a-z_.]+);/g)].map(([, name]) => name ?? ''));
}

/**
 * Puts one row into every table there is, with a value of its own in each column that holds text or JSON and may hold any. `given`: what a
 * column must be, as
 * `table.column`, or `column` for all tables. Answers the rows by table.
 */
export async function plantEverywhere(store: Store, schema: readonly SchemaColumn[], given: Row): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  for (const [table, columns] of inOrder(tablesOf(schema))) {
    const row = Object.fromEntries(columns.flatMap((column) => valueFor(column, given, rows)));
    const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
    const values = sql.join(Object.values(row).map((value) => sql`${value}`));
    const { rows: made } = await sql<Row>`insert into ${sql.table(table)} (${names}) values (${values}) returning *`.execute(store.db);
    rows.set(table, made[0] ?? {});
  }
  return rows;
}

/** A table after those that it refers to. */
function inOrder(tables: ReadonlyMap<string, readonly SchemaColumn[]>): readonly (readonly [string, readonly SchemaColumn[]])[] {
  const ordered = new Map<string, readonly SchemaColumn[]>();
  const put = (table: string): void => {
    const columns = tables.get(table) ?? [];
    for (const { refersTo } of columns)
      if (refersTo !== null && refersTo.table !== table && !ordered.has(refersTo.table)) put(refersTo.table);
    ordered.set(table, columns);
  };
  for (const table of tables.keys()) if (!ordered.has(table)) put(table);
  return [...ordered];
}

function valueFor(
  { table, column, type, isMade, refersTo, allowed }: SchemaColumn,
  given: Row,
  rows: ReadonlyMap<string, Row>,
): readonly (readonly [string, unknown])[] {
  const set = [`${table}.${column}`, column].find((name) => Object.hasOwn(given, name));
  if (set !== undefined) return [[column, given[set]]];
  if (refersTo !== null) return refersTo.table === table ? [] : [[column, rows.get(refersTo.table)?.[refersTo.column]]];
  if (allowed.length > 0) return [[column, allowed[0]]];
  const planted = plantedIn(table, column);
  if (type === 'text') return [[column, planted]];
  if (type === 'jsonb' || type === 'json') return [[column, JSON.stringify({ [planted]: 1 })]];
  if (type === 'ARRAY') return [[column, [planted]]];
  return isMade ? [] : [[column, type === 'boolean' ? false : 1]];
}

/** All rows of these tables as text. */
export async function textOf(store: Store, tables: readonly string[]): Promise<string> {
  const texts = [];
  for (const table of tables) texts.push(JSON.stringify((await sql`select * from ${sql.table(table)}`.execute(store.db)).rows));
  return texts.join('\n');
}
