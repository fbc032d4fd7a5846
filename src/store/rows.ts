import { type Insertable, type RawBuilder, sql } from 'kysely';
import type { Database } from './schema.js';

/**
 * `insert into … values …` of one row, ending in `returning 1`. With `orUpdate`, a row that is there already (by `id`) takes these columns from it
 * instead. Its text depends on the columns only, so that a connection prepares it once; Kysely's own builder takes ten times as long to make it.
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

/** A statement from its fragments and what stands between them, as the `sql` tag is given them. */
export function rawSql(fragments: readonly string[], between: readonly unknown[]): RawBuilder<unknown> {
  return sql(fragments as unknown as TemplateStringsArray, ...between);
}
