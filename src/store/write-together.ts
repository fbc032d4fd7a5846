import { type RawBuilder, sql } from 'kysely';
import type { Trx } from './db.js';
import { jsonText } from './json.js';
import { sendWithNext } from './one-trip.js';
import { rawSql } from './rows.js';

/**
 * Several writes as one statement, one round trip: `with w0 as (insert …), w1 as (update …) select …`. Each write must end in `returning
 * 1`. All see the same rows, those before the statement, so none may read what another writes; foreign keys are checked at its end. Answers
 * how many rows each touched.
 */
export async function writeTogether<Name extends string>(trx: Trx, writes: Writes<Name>): Promise<Readonly<Record<Name, number>>> {
  const named = namedOf(writes);
  const touched = Object.fromEntries(Object.keys(writes).map((name) => [name, 0])) as Record<Name, number>;
  const [first, ...others] = named;
  if (first === undefined) return touched;
  const { rows } = await counted(named).execute(trx);
  return others.length === 0 ? { ...touched, [first[0]]: rows.length } : { ...touched, ...(rows[0] as Record<Name, number>) };
}

/** As `writeTogether`, for callers that need no count: it goes with the transaction's next statement, its commit at the latest. */
export async function writeWithNext(trx: Trx, writes: Writes): Promise<void> {
  const named = namedOf(writes);
  if (named.length > 0) await sendWithNext(trx, counted(named));
}

/**
 * As `writeWithNext`, for writes of which some must touch so many rows (`expected`, by name; none where there is nothing to write). Where
 * one touches others, because another transaction came between, the statement fails as `StaleRead` does: `Store.transaction` runs the whole
 * again. The store itself compares, so that nobody waits for the counts.
 */
export async function writeAsExpected(trx: Trx, writes: Writes, expected: Readonly<Record<string, number>>): Promise<void> {
  const named = namedOf(writes);
  const known = new Set(named.map(([name]) => name));
  const asked = Object.entries(expected).filter(([name, rows]) => {
    if (known.has(name)) return true;
    if (rows > 0) throw new Error(`Rows of ${name} are expected, and none are written.`);
    return false;
  });
  if (named.length === 0) return;
  const counts = asked.map(([name]) => `(select count(*) from "${name}")`).join(', ');
  const compared = rawSql([`must_touch(array[${counts}]::bigint[], `, '::bigint[])'], [asked.map(([, rows]) => rows)]);
  await sendWithNext(trx, asked.length === 0 ? counted(named) : together(named, compared));
}

/** A write that is planned, to go into one statement with others; null: there is nothing to write. */
export type Write = RawBuilder<unknown> | null;
/** By name. */
export type Writes<Name extends string = string> = Readonly<Partial<Record<Name, Write>>>;
type Named = readonly (readonly [string, RawBuilder<unknown>])[];

function namedOf(writes: Writes): Named {
  return Object.entries(writes).flatMap(([name, write]) => (write === null || write === undefined ? [] : [[name, write] as const]));
}

/** `answer`: what is selected of the writes. */
function together(named: Named, answer: RawBuilder<unknown>): RawBuilder<unknown> {
  const before = named.map(([name], index) => `${index === 0 ? 'with' : '),'} "${name}" as (`);
  return rawSql([...before, ') select ', ''], [...named.map(([, write]) => write), answer]);
}

/** With how many rows each touched. A write by itself is sent as it is. */
function counted(named: Named): RawBuilder<unknown> {
  const [first, ...others] = named;
  if (first !== undefined && others.length === 0) return first[1];
  return together(named, rawSql([named.map(([name]) => `(select count(*) from "${name}") as "${name}"`).join(', ')], []));
}

/**
 * The rows as one JSON parameter, to be read with a column list: `from ${rowsOf(rows)} as r(id text, at bigint)`. The text of the statement
 * is then the same for any number of rows. The planner takes it for a hundred rows, and may read a whole table to join it: name the ids
 * once more, as
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
