import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Trx } from './db.js';

const fifths = sql`array[0.2, 0.4, 0.6, 0.8]::double precision[]`;

/**
 * Works the boundaries out from all purchases that count, and keeps them as the next version, unless there is one that is younger than
 * `maxAgeMs`, or there are fewer buyers than `fewest`. Other processes wait, and find the new one. Answers whether there is a new version.
 */
export async function makeRfmBounds(
  trx: Trx,
  { at, maxAgeMs, fewest }: { readonly at: Instant; readonly maxAgeMs: number; readonly fewest: number },
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('sojourn.rfm_bounds'))`.execute(trx);
  const { rows } = await sql`
    with purchases as (
      select o.profile_id, coalesce(o.paid_at, o.ordered_at) as paid_at, o.currency,
        case when o.fold is not null then o.net else o.total end as net
      from orders o join profiles p on p.id = o.profile_id and p.erased_at is null
      where coalesce(o.qualifies, o.status = 'paid' and o.total is distinct from 0) and coalesce(o.paid_at, o.ordered_at) <= ${at}
    ), usual as (select mode() within group (order by currency) as currency from purchases),
    buyers as (
      select profile_id, max(paid_at) as recency, count(*) as frequency,
        coalesce(sum(net) filter (where purchases.currency is not distinct from usual.currency), 0) as monetary
      from purchases cross join usual group by profile_id
    )
    insert into rfm_bounds (made_at, people, currency, recency, frequency, monetary)
    select ${at}, count(*), (select currency from usual),
      to_jsonb(percentile_disc(${fifths}) within group (order by recency)),
      to_jsonb(percentile_disc(${fifths}) within group (order by frequency)),
      to_jsonb(percentile_disc(${fifths}) within group (order by monetary))
    from buyers
    where not exists (select from rfm_bounds where made_at > ${at - maxAgeMs})
    having count(*) >= ${fewest}
    returning version`.execute(trx);
  return rows.length > 0;
}

/** Has all buyers looked at within the time that follows, one after the other, so that nobody else has to wait. */
export async function reviewBuyers(trx: Trx, at: Instant, withinMs: number): Promise<void> {
  await sql`
    with buyers as (
      select id, row_number() over (order by id) - 1 as place, count(*) over () as of
      from profiles p where p.merged_into is null and p.erased_at is null and exists (select from orders o where o.profile_id = p.id)
    )
    insert into segment_reviews (profile_id, due_at)
    select id, ${at}::bigint + (place * ${withinMs}::bigint / of) from buyers order by id
    on conflict (profile_id) do update set due_at = least(segment_reviews.due_at, excluded.due_at)`.execute(trx);
}
