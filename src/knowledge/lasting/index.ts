import { sql } from 'kysely';
import type { LastingPurchase } from '../../domain/recommendations/due-again.js';
import type { KnowledgeSource } from '../source.js';

interface LastingNeed {}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly lasting: LastingNeed;
  }
  interface Answers {
    readonly lasting: readonly LastingPurchase[];
  }
}

/** What the person bought and kept of products that last, from when they had it. */
export const lastingKnown: KnowledgeSource<LastingNeed, null, readonly LastingPurchase[]> = {
  question: () => null,
  fromStore: (_question, { profileId }) => sql`(select json_agg(json_build_object('productId', product_id, 'family', family, 'tags', tags,
      'collections', collections, 'consumptionDays', consumption_days, 'times', times) order by product_id)
    from (
      select p.product_id, p.family, p.tags, p.collections, (p.product ->> 'consumptionDays')::double precision as consumption_days,
        json_agg(json_build_object('at', coalesce(o.delivered_at, o.paid_at, o.ordered_at), 'quantity', l.quantity)
          order by coalesce(o.delivered_at, o.paid_at, o.ordered_at)) as times
      from orders o join order_lines l on l.order_id = o.order_id join products p on p.product_id = l.product_id
      where o.profile_id = ${profileId} and o.cancelled_at is null and o.status not in ('cancelled', 'refunded')
        and not coalesce(o.is_test, false) and l.quantity > 0 and p.product ->> 'consumptionDays' is not null
      group by p.product_id) lasting)`,
  read: (json) => (json ?? []) as readonly LastingPurchase[],
  // The world in memory has no products, and does not know which of them last.
  fromMemory: () => [],
};
