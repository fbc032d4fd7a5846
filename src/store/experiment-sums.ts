import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { ArmSums, Entered, ExperimentSums, SegmentSums, VersionSums } from '../experiments/sums.js';
import { type Experiment, type ExperimentMetric, unitOf } from '../journey/experiment.js';
import type { Db, Trx } from './db.js';

type Run = Pick<Experiment, 'id' | 'seed' | 'unit' | 'metric' | 'segments' | 'bandit'>;

/** Only people who came from `start` on and before `end`. */
interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** When the first person came; null: nobody did. */
export async function firstExposureAt(db: Db | Trx, { id, seed }: Pick<Experiment, 'id' | 'seed'>): Promise<Instant | null> {
  const { rows } = await sql<{
    readonly at: Instant | null;
  }>`select min(at) as at from exposures where experiment = ${id} and seed = ${seed}`.execute(db);
  return rows[0]?.at ?? null;
}

/**
 * What a look reads, as of an instant: sums over the people's own sums, by arm. Two passes over the experiment's rows, the second one for
 * the topmost hundredth alone; the answers have a row for each arm and version, however many people there are.
 */
export async function readSums(db: Db | Trx, run: Run, asOf: Instant): Promise<ExperimentSums> {
  return sumsOf(db, run, asOf, { merged: await readMerged(db, run, asOf), came: null });
}

/** The same of the people who came in each span. */
export async function readSumsBySpan(
  db: Db | Trx,
  run: Run,
  asOf: Instant,
  spans: readonly Span[],
): Promise<readonly { readonly came: Span; readonly sums: ExperimentSums }[]> {
  const merged = await readMerged(db, run, asOf);
  const all: { readonly came: Span; readonly sums: ExperimentSums }[] = [];
  for (const came of spans) all.push({ came, sums: await sumsOf(db, run, asOf, { merged, came }) });
  return all;
}

async function sumsOf(
  db: Db | Trx,
  run: Run,
  asOf: Instant,
  { merged, came }: { readonly merged: Merged; readonly came: Span | null },
): Promise<ExperimentSums> {
  const counted = countedRows(run, asOf, { merged, came });
  const rows = await readGroups(db, run, counted, asOf);
  const isMoney = unitOf(run.metric.kind) === 'money';
  const buyers = rows.reduce((all, one) => all + one.buyers, 0);
  const top = isMoney && buyers > 0 ? await readTop(db, run, { counted, buyers, asOf }) : { cap: null, beyond: [] };
  const groups = [...rows, ...top.beyond];
  return {
    cap: top.cap,
    conflicted: merged.conflicted,
    arms: byArm(groups),
    entered: enteredOf(rows),
    ...(run.segments === undefined ? {} : { segments: bySegment(groups) }),
    ...(run.bandit === undefined ? {} : { versions: byVersion(groups) }),
  };
}

/** `segment`: null where the experiment names none, or it was not known. */
type Group = ArmSums & { readonly version: number; readonly segment: string | null };

function enteredOf(rows: readonly (Group & { readonly entered: number })[]): ExperimentSums['entered'] {
  const found = new Map<string, Entered>();
  for (const { arm, version, entered } of rows) {
    const key = `${version} ${arm}`;
    found.set(key, { arm, version, people: entered + (found.get(key)?.people ?? 0) });
  }
  return [...found.values()];
}

function bySegment(groups: readonly Group[]): readonly SegmentSums[] {
  const named = new Set(groups.flatMap(({ segment }) => segment ?? []));
  return [...named].sort().map((segment) => ({ segment, arms: byArm(groups.filter((group) => group.segment === segment)) }));
}

function byVersion(groups: readonly Group[]): readonly VersionSums[] {
  const versions = [...new Set(groups.map(({ version }) => version))].sort((a, b) => a - b);
  return versions.map((version) => ({ version, arms: byArm(groups.filter((group) => group.version === version)) }));
}

function segmentOf({ segments }: Run): RawBuilder<unknown> {
  return segments === undefined ? sql`null::text` : sql`segment`;
}

async function readGroups(
  db: Db | Trx,
  run: Run,
  counted: RawBuilder<unknown>,
  asOf: Instant,
): Promise<readonly (Group & { readonly entered: number; readonly buyers: number })[]> {
  const { rows } = await sql<Group & { readonly entered: number; readonly buyers: number }>`
    select arm, version, segment, count(*)::int as entered, count(*) filter (where done)::int as people, count(*) filter (where done and value > 0)::int as buyers,
      coalesce(sum(value) filter (where done), 0)::float8 as sum, coalesce(sum(value * value) filter (where done), 0)::float8 as "sumSquares",
      coalesce(sum(value) filter (where done), 0)::float8 as raw, count(*) filter (where done and orders > 0)::int as ordered,
      count(*) filter (where done and unsubscribed)::int as unsubscribed, count(*) filter (where done and complained)::int as complained,
      count(*) filter (where done and stopped)::int as stopped, count(*) filter (where done and refunded > 0)::int as refunded
    from (select arm, version, ${segmentOf(run)} as segment, orders, unsubscribed, complained, stopped, refunded, ${valueOf(run.metric)} as value, ${isDone(asOf)} as done
      from exposures x where ${counted}) people
    group by arm, version, segment order by version, arm, segment`.execute(db);
  return rows;
}

/** Of buyers, above which values are capped: one large order must not decide. */
const capQuantile = 0.99;

interface Top {
  /** The quantile of all arms' buyers together (type 7), before any arm is compared. */
  readonly cap: number | null;
  /** What the values above the cap are less by it, by arm and version: below 0. */
  readonly beyond: readonly Group[];
}

async function readTop(
  db: Db | Trx,
  run: Run,
  { counted, buyers, asOf }: { readonly counted: RawBuilder<unknown>; readonly buyers: number; readonly asOf: Instant },
): Promise<Top> {
  const rank = (buyers - 1) * (1 - capQuantile);
  const whole = Math.floor(rank);
  const value = valueOf(run.metric);
  const { rows } = await sql<{
    readonly arm: string;
    readonly version: number;
    readonly segment: string | null;
    readonly cap: number;
    readonly sum: number;
    readonly sumSquares: number;
  }>`
    with top as materialized (select arm, version, ${segmentOf(run)} as segment, ${value} as value from exposures x where ${counted} and ${isDone(asOf)} and ${value} > 0
        order by 4 desc limit ${whole + 2}),
      ends as (select (array_agg(value order by value desc))[${whole + 1}::int] as high,
        coalesce((array_agg(value order by value desc))[${whole + 2}::int], min(value)) as low from top),
      capped as (select floor(high - ${rank - whole}::float8 * (high - low) + 0.5)::bigint as cap from ends)
    select arm, version, segment, cap::float8 as cap, sum(least(value, cap) - value)::float8 as sum,
      sum(least(value, cap) * least(value, cap) - value * value)::float8 as "sumSquares" from top, capped group by arm, version, segment, cap`.execute(
    db,
  );
  const nothing = { people: 0, raw: 0, ordered: 0, unsubscribed: 0, complained: 0, stopped: 0, refunded: 0 };
  return {
    cap: rows[0] === undefined ? null : rows[0].cap,
    beyond: rows.map(({ arm, version, segment, sum, sumSquares }) => ({ ...nothing, arm, version, segment, sum, sumSquares })),
  };
}

const summed = ['people', 'sum', 'sumSquares', 'raw', 'ordered', 'unsubscribed', 'complained', 'stopped', 'refunded'] as const;

function byArm(groups: readonly Group[]): readonly ArmSums[] {
  const arms = new Map<string, ArmSums>();
  for (const group of groups) {
    const known = arms.get(group.arm);
    const added = Object.fromEntries(summed.map((name) => [name, group[name] + (known?.[name] ?? 0)])) as unknown as Omit<ArmSums, 'arm'>;
    arms.set(group.arm, { arm: group.arm, ...added });
  }
  return [...arms.values()];
}

function isDone(asOf: Instant): RawBuilder<unknown> {
  return sql`x.at + x.window_ms <= ${asOf}::bigint`;
}

/** Whole numbers of this size have a square that the store can hold: three million, in thousandths. */
const mostValue = 3_000_000_000;
/** Shares are kept in millionths, so that values are whole numbers. */
const million = 1_000_000;

/** Thousandths: of money, or of a person who ordered. */
function valueOf({ kind, marginRate }: ExperimentMetric): RawBuilder<unknown> {
  const bounded = (value: RawBuilder<unknown>): RawBuilder<unknown> => sql`least(${value}, ${sql.lit(mostValue)}::bigint)`;
  switch (kind) {
    case 'margin': {
      const rate = sql.lit(Math.round(marginRate * million));
      return bounded(sql`margin + ((bare_net + bare_discount) * ${rate} + ${sql.lit(million / 2)}) / ${sql.lit(million)} - bare_discount`);
    }
    case 'revenue':
      return bounded(sql`net`);
    case 'orders':
      return sql`(case when orders > 0 then 1000 else 0 end)::bigint`;
    case 'repeat-orders':
      return sql`(case when orders > 1 then 1000 else 0 end)::bigint`;
  }
}

/** What merges of people did: rows that do not count. */
interface Merged {
  /** People with two arms, who are left out. */
  readonly conflicted: number;
  /** Their rows, and those of others who have an earlier one. */
  readonly left: readonly number[];
}

async function readMerged(db: Db | Trx, { id, seed, unit }: Run, asOf: Instant): Promise<Merged> {
  if (unit === 'entry') return { conflicted: 0, left: [] };
  const { rows } = await sql<{ readonly seq: number; readonly person: string; readonly arms: number }>`
    select seq, person, arms from (
      select seq, profile_id as person, row_number() over (partition by profile_id order by at, seq) as place,
        dense_rank() over (partition by profile_id order by arm) + dense_rank() over (partition by profile_id order by arm desc) - 1 as arms
      from exposures where experiment = ${id} and seed = ${seed} and at <= ${asOf}::bigint and profile_id in (
        select profile_id from exposures where experiment = ${id} and seed = ${seed} and unit <> profile_id)) placed
    where arms > 1 or place > 1`.execute(db);
  const people = new Set(rows.flatMap(({ person, arms }) => (Number(arms) > 1 ? [person] : [])));
  return { conflicted: people.size, left: rows.map(({ seq }) => seq) };
}

/** The exposures that count: of people with one arm, the first of each. Only merged people can have several. */
function countedRows(
  { id, seed }: Run,
  asOf: Instant,
  { merged: { left }, came }: { readonly merged: Merged; readonly came: Span | null },
): RawBuilder<unknown> {
  const all = sql`x.experiment = ${id} and x.seed = ${seed} and x.at <= ${asOf}::bigint`;
  const own = came === null ? all : sql`${all} and x.at >= ${came.start}::bigint and x.at < ${came.end}::bigint`;
  return left.length === 0 ? own : sql`${own} and x.seq <> all(${left}::bigint[])`;
}
