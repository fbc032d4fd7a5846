import { type RawBuilder, sql } from 'kysely';
import type { About } from '../source.js';
import { type OrdersNeed, ordersAtMost } from './asked.js';

export function selectOrders({ lines }: OrdersNeed, { entryId, profileId }: About): RawBuilder<unknown> {
  const about = sql`(select ${anOrder(lines)} from orders o where o.order_id = ${orderOfEntry(entryId)})`;
  return sql`(select json_build_object(
      'own', (select json_agg(${anOrder(lines)} order by o.ordered_at desc, o.order_id) from (
        select * from orders where profile_id = ${profileId} order by ordered_at desc, order_id limit ${ordersAtMost}) o),
      'about', ${entryId === null ? sql`null::json` : about}))`;
}

/** The shop's id of the order that the entry is about. */
export function orderOfEntry(entryId: About['entryId']): RawBuilder<unknown> {
  return sql`(select s ->> 'id' from entries e, jsonb_array_elements(e.subjects) s where e.id = ${entryId} and s ->> 'kind' = 'order')`;
}

/** Of a row `o`. A build of before wrote the status and the total alone. */
function anOrder(lines: boolean): RawBuilder<unknown> {
  return sql`json_build_object('orderId', o.order_id, 'status', o.status, 'total', o.total, 'currency', o.currency, 'margin', o.margin,
    'qualifies', coalesce(o.qualifies, o.status = 'paid' and o.total is distinct from 0),
    'net', case when o.fold is not null then o.net when o.status in ('paid', 'created') then o.total else 0 end,
    'orderedAt', o.ordered_at, 'paidAt', coalesce(o.paid_at, case when o.fold is null and o.status <> 'created' then o.ordered_at end),
    'codes', coalesce(o.codes, '[]'), 'shippedAt', o.shipped_at, 'promisedAt', o.promised_at, 'deliveredAt', o.delivered_at,
    'hasException', coalesce(o.has_exception, false), 'hasOpenReturn', coalesce(o.has_open_return, false),
    'lines', ${lines ? linesOfOrder : sql`'[]'::json`})`;
}

const linesOfOrder = sql`coalesce((select json_agg(json_build_object('productId', l.product_id, 'quantity', l.quantity,
    'tags', coalesce(p.tags, '{}'), 'collections', coalesce(p.collections, '{}')) order by l.product_id, l.variant)
  from order_lines l left join products p on p.product_id = l.product_id and p.product is not null
  where l.order_id = o.order_id and l.quantity > 0), '[]')`;
