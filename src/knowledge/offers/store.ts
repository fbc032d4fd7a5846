import { type RawBuilder, sql } from 'kysely';
import { day, type Instant } from '../../domain/time/instant.js';
import type { About } from '../source.js';

/** Promises that are older, and over, count for nothing. */
export const promisesCountMs = 366 * day;

/** More a person has from no shop. */
const mostPromises = 200;

/** An order with the code of the promise `p`, that stands: `o`. Unpaid ones count, since a code is used when the order is placed. */
export const redeemingOrder = sql`lower(o.codes::text)::jsonb @> to_jsonb(p.code_key) and o.codes <> '[]'::jsonb
  and o.status in ('created', 'paid') and o.is_test is not true`;

/** Whether something took the promise `p` back. `src/knowledge/offers/memory.ts` says the same. */
export const takenBack = sql`(p.void_by_cancellation and exists (select from orders o where o.order_id = p.order_id and o.status in ('cancelled', 'refunded'))
  or p.void_by_full_price and exists (select from entries e join orders o on o.profile_id = p.profile_id
    and o.ordered_at > p.issued_at and o.ordered_at <= e.finished_at and o.status in ('created', 'paid') and o.is_test is not true
    and not coalesce(lower(o.codes::text)::jsonb @> to_jsonb(p.code_key), false) where e.id = p.entry_id))`;

/** The person's promises that may count now, the newest first, as one JSON array. */
export function selectPromises({ entryId, profileId }: About, at: Instant): RawBuilder<unknown> {
  return sql`(select json_agg(json_build_object('id', p.seq, 'offer', p.offer, 'code', p.code, 'terms', p.terms, 'issuedAt', p.issued_at,
      'expiresAt', p.expires_at, 'isMarketing', p.is_marketing, 'isOfEntry', p.entry_id = ${entryId ?? ''} or ${entryId ?? ''} = any(p.shown_in),
      'isRedeemed', exists (select from orders o where ${redeemingOrder}), 'isVoid', ${takenBack}) order by p.seq desc)
    from (select * from promises where profile_id = ${profileId} and (expires_at > ${at}::bigint or issued_at > ${at - promisesCountMs}::bigint)
      order by seq desc limit ${mostPromises}) p)`;
}

/** Of these offers, by id: what is in force, what was promised by period, and whether a code is free. */
export function selectOffers(ids: readonly string[], at: Instant): RawBuilder<unknown> {
  return sql`(select json_agg(json_build_object('id', asked.id,
      'live', case when live.definition is null then null else json_build_object('version', live.version, 'definition', live.definition) end,
      'spent', (select json_object_agg(s.period, json_build_object('codes', s.codes, 'cost', s.cost)) from offer_periods s
        where s.offer = asked.id and (s.period = 'all' or s.since > ${at - 40 * day}::bigint)),
      'hasCode', coalesce(live.definition -> 'codes' ->> 'kind', '') <> 'imported'
        or exists (select from offer_codes c where c.offer = asked.id and not c.is_taken)))
    from unnest(${ids}::text[]) as asked(id) left join lateral (
      select version, definition from definition_versions where kind = 'offer' and id = asked.id order by version desc limit 1) live on true)`;
}
