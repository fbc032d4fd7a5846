import { sql } from 'kysely';
import { day, type Instant } from '../domain/time/instant.js';
import type { Experiment, MetricKind } from '../journey/experiment.js';
import type { Db } from './db.js';

/** An exposure with its outcomes. Money in thousandths. `hasTwoArms`: by a merge; `isLater`: the person has an earlier row. */
export interface ExportedExposure {
  readonly seq: number;
  readonly unit: string;
  readonly arm: string;
  readonly version: number;
  readonly at: Instant;
  readonly windowMs: number;
  readonly orders: number;
  readonly net: number;
  readonly discount: number;
  readonly margin: number;
  readonly bareNet: number;
  readonly bareDiscount: number;
  readonly refunded: number;
  readonly unsubscribed: boolean;
  readonly complained: boolean;
  readonly stopped: boolean;
  readonly hasTwoArms: boolean;
  readonly isLater: boolean;
}

/** In the order in which they came, at most `limit` after the number `after`. */
export async function listExposures(
  db: Db,
  { id, seed, unit }: Pick<Experiment, 'id' | 'seed' | 'unit'>,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly ExportedExposure[]> {
  const others = (is: string) =>
    sql`exists (select from exposures o where o.experiment = x.experiment and o.seed = x.seed and o.profile_id = x.profile_id and ${sql.raw(is)})`;
  const { rows } =
    await sql<ExportedExposure>`select seq, unit, arm, version, at, window_ms as "windowMs", orders, net, discount, margin, bare_net as "bareNet",
      bare_discount as "bareDiscount", refunded, unsubscribed, complained, stopped,
      ${unit === 'entry' ? sql`false` : others('o.arm <> x.arm')} as "hasTwoArms",
      ${unit === 'entry' ? sql`false` : others('(o.at, o.seq) < (x.at, x.seq)')} as "isLater"
    from exposures x where experiment = ${id} and seed = ${seed} and seq > ${page.after} order by seq limit ${page.limit}`.execute(db);
  return rows;
}

/** What people who entered a journey did within a window, as far as it has ended. Values in the unit of the metric. */
export interface EntrantHistory {
  readonly people: number;
  readonly mean: number;
  readonly deviation: number;
  readonly weeks: number;
}

/** Each person's first entry of the last eight weeks whose window has ended. */
export async function readEntrants(
  db: Db,
  of: {
    readonly journey: string;
    readonly windowMs: number;
    readonly metric: MetricKind;
    readonly marginRate: number;
    readonly currency: string;
    readonly now: Instant;
  },
): Promise<EntrantHistory> {
  const weeks = 8;
  const until = of.now - of.windowMs;
  const from = until - weeks * 7 * day;
  const value = {
    margin: sql`coalesce(sum(coalesce(margin, (net + discount) * ${of.marginRate}::float8 - discount)) filter (where is_money), 0)`,
    revenue: sql`coalesce(sum(net) filter (where is_money), 0)`,
    orders: sql`case when count(*) > 0 then 1.0 else 0 end`,
    'repeat-orders': sql`case when count(*) > 1 then 1.0 else 0 end`,
  }[of.metric];
  const { rows } = await sql<{ readonly people: number; readonly mean: number; readonly deviation: number }>`
    with entrants as (select profile_id, min(entered_at) as at from entries where journey_id = ${of.journey} and entered_at >= ${from}::bigint
      and entered_at < ${until}::bigint group by profile_id)
    select count(*)::int as people, coalesce(avg(value), 0)::float8 as mean, coalesce(stddev_samp(value), 0)::float8 as deviation
    from (select (select ${value} from (select coalesce(net, total, 0) as net, coalesce(discount, 0) as discount, margin,
        currency is null or currency = ${of.currency} as is_money from orders o where o.profile_id = e.profile_id and o.is_test is not true
        and coalesce(o.qualifies, o.status = 'paid') and coalesce(o.paid_at, o.ordered_at) >= e.at
        and coalesce(o.paid_at, o.ordered_at) < e.at + ${of.windowMs}::bigint) own) as value from entrants e) valued`.execute(db);
  return { ...(rows[0] ?? { people: 0, mean: 0, deviation: 0 }), weeks };
}
