import { type RawBuilder, sql } from 'kysely';
import { listViewed } from '../../domain/events/fact.js';
import type { About } from '../source.js';
import type { ViewedQuestion } from './asked.js';

/** One row a product or a list; a list of which nothing is said is left out. */
export function selectViewed({ since, at }: ViewedQuestion, { profileId }: About): RawBuilder<unknown> {
  const looks = sql`max(at) filter (where at <= ${at}) as last, min(at) filter (where at > ${at}) as next, count(*) as times`;
  return sql`(select json_agg(json_build_object('productId', v.product, 'at', v.last, 'next', v.next, 'times', v.times,
      'tags', coalesce(p.tags, '{}'), 'collections', coalesce(v.lists, p.collections, '{}')) order by v.product, v.lists)
    from (
      select properties ->> 'product_id' as product, null::text[] as lists, ${looks} from facts
        where profile_id = ${profileId} and name = 'product.viewed' and at >= ${since} and properties ->> 'product_id' is not null group by 1
      union all
      select null, array_remove(array[lower(properties ->> 'category'), lower(properties ->> 'list_id')], null) as lists, ${looks} from facts
        where profile_id = ${profileId} and name = ${listViewed} and at >= ${since} group by 2
    ) v left join products p on p.product_id = v.product
    where v.product is not null or cardinality(v.lists) > 0)`;
}
