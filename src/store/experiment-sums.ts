import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { ArmSums, Entered, ExperimentSums } from '../experiments/sums.js';
import type { Experiment, ExperimentMetric } from '../journey/experiment.js';
import type { Db, Trx } from './db.js';

type Run = Pick<Experiment, 'id' | 'seed' | 'unit' | 'metric'>;

/** When the first person came; null: nobody did. */
export async function firstExposureAt(db: Db | Trx, { id, seed }: Pick<Experiment, 'id' | 'seed'>): Promise<Instant | null> {
  const { rows } = await sql<{
    readonly at: Instant | null;
  }>`select min(at) as at from exposures where experiment = ${id} and seed = ${seed}`.execute(db);
  return rows[0]?.at ?? null;
}

/** Of buyers, above which values are capped: one large order must not decide. */
const capQuantile = 0.99;

/**
 * What a look reads, as of an instant: sums over the people's own sums, by arm. Three statements; the answer has a row for each arm and
 * version, however many people there are.
 */
export async function readSums(db: Db | Trx, run: Run, asOf: Instant): Promise<ExperimentSums> {
  const cap = await readCap(db, run, asOf);
  const value = valueOf(run.metric);
  const capped = cap === null ? value : sql`least(${value}, ${cap}::bigint)`;
  const { rows } = await sql<Omit<ArmSums, 'arm'> & Entered & { readonly entered: number }>`
    select arm, version, count(*)::int as entered, count(*) filter (where done)::int as people,
      coalesce(sum(capped) filter (where done), 0)::float8 as sum, coalesce(sum(capped::numeric * capped) filter (where done), 0)::float8 as "sumSquares",
      coalesce(sum(value) filter (where done), 0)::float8 as raw, count(*) filter (where done and orders > 0)::int as ordered,
      count(*) filter (where done and unsubscribed)::int as unsubscribed, count(*) filter (where done and complained)::int as complained,
      count(*) filter (where done and stopped)::int as stopped, count(*) filter (where done and refunded > 0)::int as refunded
    from (select *, ${value} as value, ${capped} as capped, at + window_ms <= ${asOf}::bigint as done from exposures x
      where ${counted(run, asOf)}) people
    group by arm, version order by version, arm`.execute(db);
  return {
    cap,
    conflicted: await countConflicted(db, run, asOf),
    arms: byArm(rows),
    entered: rows.map(({ arm, version, entered }) => ({ arm, version, people: entered })),
  };
}

function byArm(rows: readonly (Omit<ArmSums, 'arm'> & Entered)[]): readonly ArmSums[] {
  const arms = new Map<string, ArmSums>();
  for (const { version: _version, ...row } of rows) {
    const known = arms.get(row.arm);
    const sums: readonly (keyof Omit<ArmSums, 'arm'>)[] = [
      'people',
      'sum',
      'sumSquares',
      'raw',
      'ordered',
      'unsubscribed',
      'complained',
      'stopped',
      'refunded',
    ];
    const added = Object.fromEntries(sums.map((name) => [name, Number(row[name]) + (known?.[name] ?? 0)])) as unknown as Omit<
      ArmSums,
      'arm'
    >;
    arms.set(row.arm, { arm: row.arm, ...added });
  }
  return [...arms.values()];
}

/** The quantile of all arms' buyers together (type 7), before any arm is compared. Sorts the topmost hundredth only. */
async function readCap(db: Db | Trx, run: Run, asOf: Instant): Promise<number | null> {
  if (run.metric.kind !== 'margin' && run.metric.kind !== 'revenue') return null;
  const buyers = sql`from exposures x where ${counted(run, asOf)} and at + window_ms <= ${asOf}::bigint and ${valueOf(run.metric)} > 0`;
  const { rows: counts } = await sql<{ readonly n: number }>`select count(*)::int as n ${buyers}`.execute(db);
  const n = counts[0]?.n ?? 0;
  if (n === 0) return null;
  const rank = (n - 1) * (1 - capQuantile);
  const { rows } = await sql<{
    readonly value: number;
  }>`select ${valueOf(run.metric)}::float8 as value ${buyers} order by 1 desc offset ${Math.floor(rank)} limit 2`.execute(db);
  const [high = 0, low = high] = rows.map(({ value }) => Number(value));
  return Math.round(high - (rank - Math.floor(rank)) * (high - low));
}

/** Thousandths: of money, or of a person who ordered. */
function valueOf({ kind, marginRate }: ExperimentMetric): RawBuilder<unknown> {
  switch (kind) {
    case 'margin':
      return sql`(margin + round((bare_net + bare_discount) * ${marginRate}::numeric - bare_discount)::bigint)`;
    case 'revenue':
      return sql`net`;
    case 'orders':
      return sql`(case when orders > 0 then 1000 else 0 end)::bigint`;
    case 'repeat-orders':
      return sql`(case when orders > 1 then 1000 else 0 end)::bigint`;
  }
}

/** The exposures that count: of people with one arm, the first of each. Only merged people can have several. */
function counted({ id, seed, unit }: Run, asOf: Instant): RawBuilder<unknown> {
  const own = sql`x.experiment = ${id} and x.seed = ${seed} and x.at <= ${asOf}::bigint`;
  return unit === 'entry' ? own : sql`${own} and x.profile_id not in (${twoArms(id, seed)}) and x.seq not in (${laterRows(id, seed)})`;
}

const mergedPeople = (id: string, seed: string) =>
  sql`select profile_id from exposures where experiment = ${id} and seed = ${seed} and unit <> profile_id`;

const twoArms = (id: string, seed: string) => sql`select profile_id from exposures where experiment = ${id} and seed = ${seed}
    and profile_id in (${mergedPeople(id, seed)}) group by profile_id having count(distinct arm) > 1`;

const laterRows = (id: string, seed: string) => sql`select seq from (
    select seq, row_number() over (partition by profile_id order by at, seq) as place from exposures
    where experiment = ${id} and seed = ${seed} and profile_id in (${mergedPeople(id, seed)})) placed where place > 1`;

async function countConflicted(db: Db | Trx, { id, seed, unit }: Run, asOf: Instant): Promise<number> {
  if (unit === 'entry') return 0;
  const { rows } = await sql<{ readonly n: number }>`select count(distinct profile_id)::int as n from exposures
    where experiment = ${id} and seed = ${seed} and at <= ${asOf}::bigint and profile_id in (${twoArms(id, seed)})`.execute(db);
  return rows[0]?.n ?? 0;
}
