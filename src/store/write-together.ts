import { type RawBuilder, sql } from 'kysely';
import type { Trx } from './db.js';
import { jsonText } from './json.js';
import { rawSql } from './rows.js';

/**
 * Several writes as one statement, one round trip: `with w0 as (insert …), w1 as (update …) select …`. Each write must end in `returning 1`. All see the
 * same rows, those before the statement, so none may read what another writes; foreign keys are checked at its end. Answers how many rows each touched.
 */
export async function writeTogether<Name extends string>(
  trx: Trx,
  writes: Readonly<Partial<Record<Name, RawBuilder<unknown> | null>>>,
): Promise<Readonly<Record<Name, number>>> {
  const named = (Object.entries(writes) as [Name, RawBuilder<unknown> | null | undefined][]).filter(
    ([, write]) => write !== null && write !== undefined,
  ) as [Name, RawBuilder<unknown>][];
  const touched = Object.fromEntries(Object.keys(writes).map((name) => [name, 0])) as Record<Name, number>;
  if (named.length === 0) return touched;
  const [first, ...others] = named as [(typeof named)[number], ...typeof named];
  if (others.length === 0) return { ...touched, [first[0]]: (await first[1].execute(trx)).rows.length };
  const before = others.map(([name]) => `), "${name}" as (`);
  const counts = named.map(([name]) => `(select count(*) from "${name}") as "${name}"`).join(', ');
  const together = rawSql([`with "${first[0]}" as (`, ...before, `) select ${counts}`], [first[1], ...others.map(([, write]) => write)]);
  const { rows } = (await together.execute(trx)) as { readonly rows: readonly Record<Name, number>[] };
  return { ...touched, ...rows[0] };
}

/**
 * The rows as one JSON parameter, to be read with a column list: `from ${rowsOf(rows)} as r(id text, at bigint)`. The text of the statement is then
 * the same for any number of rows. The planner takes it for a hundred rows, and may read a whole table to join it: name the ids once more, as
 * `… and p.id = any(${ids})`.
 */
export function rowsOf(rows: readonly unknown[]): RawBuilder<unknown> {
  return sql`json_to_recordset(${jsonText(rows)}::json)`;
}

/** What the transaction was planned on has changed under it: thrown to have `Store.transaction` run it again. */
export class StaleRead extends Error {
  override readonly name = 'StaleRead';
  /** serialization_failure: that is how the store knows it. */
  readonly code = '40001';
}
