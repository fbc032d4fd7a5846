import { type RawBuilder, sql } from 'kysely';
import { day, type Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** Takes people whose outcomes changed off the list; the caller works them out in this transaction. By id, each once. */
export async function takeReviews(trx: Trx, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`with due as (
      select seq from outcome_reviews order by seq limit ${limit} for update skip locked),
    taken as (delete from outcome_reviews where seq in (select seq from due) returning profile_id)
    select distinct profile_id as id from taken order by 1`.execute(trx);
  return rows.map(({ id }) => id);
}

/** Exposures of these people, and new ones that nobody has looked at: locked, by their numbers. */
export async function lockDueExposures(trx: Trx, profileIds: readonly string[], limit: number): Promise<readonly number[]> {
  const ofPeople = await sql<{
    readonly seq: number;
  }>`select seq from exposures where profile_id = any(${profileIds}) order by seq for update`.execute(trx);
  const fresh = await sql<{
    readonly seq: number;
  }>`select seq from exposures where is_due order by seq limit ${limit} for update skip locked`.execute(trx);
  return [...new Set([...ofPeople.rows, ...fresh.rows].map(({ seq }) => seq))];
}

/**
 * Works out what the people of these exposures did within their windows, from what is stored now: so refunds, cancellations, late orders
 * and merges restate it. Amounts in another currency count as orders, and not as money.
 */
export async function writeOutcomes(trx: Trx, seqs: readonly number[], currency: string): Promise<void> {
  await sql`update exposures x set is_due = false, orders = s.orders, net = s.net, discount = s.discount, margin = s.margin, bare_net = s.bare_net,
      bare_discount = s.bare_discount, refunded = s.refunded, unsubscribed = s.unsubscribed, complained = s.complained, stopped = s.stopped
    from (select e.seq, o.*, f.* from exposures e, lateral (${ordersWithin(currency)}) o, lateral (${harmsWithin}) f where e.seq = any(${seqs}::bigint[])) s
    where x.seq = s.seq`.execute(trx);
}

/** Orders that were paid in the window. Rows of the build before have no columns of what it came to in the end. */
function ordersWithin(currency: string, such = sql`true`): RawBuilder<unknown> {
  const mills = (value: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`coalesce(sum(round((${value})::numeric * 1000)) filter (where is_money), 0)::bigint`;
  const bare = (value: RawBuilder<unknown>): RawBuilder<unknown> => mills(sql`case when margin is null then ${value} end`);
  return sql`select count(*) filter (where counts)::int as orders, ${mills(sql`net`)} as net, ${mills(sql`discount`)} as discount,
      ${mills(sql`margin`)} as margin, ${bare(sql`net`)} as bare_net, ${bare(sql`discount`)} as bare_discount,
      count(*) filter (where refunded > 0)::int as refunded
    from (select coalesce(qualifies, status = 'paid') as counts, currency is null or currency = ${currency} as is_money,
        coalesce(refunded, case when status = 'refunded' then 1 end, 0) as refunded,
        coalesce(net, case when status = 'paid' then total else 0 end, 0) as net,
        case when coalesce(qualifies, status = 'paid') then coalesce(discount, 0) else 0 end as discount,
        case when coalesce(qualifies, status = 'paid') then margin else 0 end as margin
      from orders where profile_id = e.profile_id and is_test is not true and status <> 'created'
        and coalesce(paid_at, ordered_at) >= e.at and coalesce(paid_at, ordered_at) < e.at + e.window_ms and ${such}) own`;
}

/** How long after a click an order is attributed to the message, as most tools do. */
const attributionMs = 5 * day;

/**
 * Revenue net of refunds that would be attributed to messages: of the people of this arm who came in this time, in orders of their window
 * at most five days after they clicked in a message. In money, a person on average; null: nobody came whose window has ended.
 */
export async function attributedRevenue(
  db: Db | Trx,
  run: {
    readonly id: string;
    readonly seed: string;
    readonly arm: string;
    readonly came: { readonly start: Instant; readonly end: Instant };
  },
  { asOf, currency }: { readonly asOf: Instant; readonly currency: string },
): Promise<number | null> {
  const { id, seed, arm, came } = run;
  const { rows } = await sql<{ readonly perPerson: number | null }>`
    select (coalesce(sum(o.net), 0) / 1000 / nullif(count(*), 0))::float8 as "perPerson"
    from exposures e cross join lateral (${ordersWithin(currency, clickedBefore)}) o
    where e.experiment = ${id} and e.seed = ${seed} and e.arm = ${arm} and e.at >= ${came.start}::bigint and e.at < ${came.end}::bigint
      and e.at + e.window_ms <= ${asOf}::bigint`.execute(db);
  return rows[0]?.perPerson ?? null;
}

const clickedBefore = sql`exists (select 1 from interactions i where i.profile_id = e.profile_id and i.kind = 'click' and i.verdict = 'human'
  and i.at <= coalesce(paid_at, ordered_at) and i.at > coalesce(paid_at, ordered_at) - ${sql.lit(attributionMs)}::bigint)`;

const harmsWithin = sql`select coalesce(bool_or(name = 'message.complained'), false) as complained,
    coalesce(bool_or(name = 'consent.revoked' and properties ->> 'channel' = 'email'), false) as unsubscribed,
    coalesce(bool_or(name = 'consent.revoked' and properties ->> 'channel' = 'sms'), false) as stopped
  from facts where profile_id = e.profile_id and name in ('consent.revoked', 'message.complained') and at >= e.at and at < e.at + e.window_ms`;

/**
 * Where the window of an experiment was changed, its outcomes are worked out afresh, by the new one: some at a time. Answers how many these
 * were.
 */
export async function alignWindows(
  trx: Trx,
  { experiment, seed, windowMs }: { readonly experiment: string; readonly seed: string; readonly windowMs: number },
  limit: number,
): Promise<number> {
  const { numAffectedRows } = await sql`update exposures set window_ms = ${windowMs}::bigint, is_due = true where seq in (
    select seq from exposures where experiment = ${experiment} and seed = ${seed} and window_ms <> ${windowMs}::bigint limit ${limit})`.execute(
    trx,
  );
  return Number(numAffectedRows ?? 0);
}
