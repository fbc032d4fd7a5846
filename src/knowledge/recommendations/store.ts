import { type RawBuilder, sql } from 'kysely';
import type { Product } from '../../domain/catalogue/product.js';
import type { PoolProduct, RecommendationPool } from '../../domain/recommendations/block.js';
import { day } from '../../domain/time/instant.js';
import { type AnswersJson, selectAnswers } from '../answers/store.js';
import type { About } from '../source.js';
import type { PoolQuestion } from './asked.js';

type Lists = 'ratings' | 'purchases' | 'viewed' | 'inCart' | 'shown' | 'companions';

/** As the statement answers; null where it found nothing of a list. */
export type PoolJson = Omit<RecommendationPool, 'kind' | 'answers' | 'products' | Lists> & {
  readonly answers: AnswersJson | null;
} & {
  readonly [List in Lists]: RecommendationPool[List] | null;
} & { readonly products: readonly (Omit<PoolProduct, 'product'> & { readonly product: Product | null })[] | null };

/** Looks at products weigh nothing after this. */
const viewedSinceMs = 90 * day;
const shownSinceMs = 30 * day;
/** Of each way to find products so many are looked at. */
const mostOfEach = 200;

/**
 * Whom it is for, what they bought, looked at, have in the cart and were shown; and the products that something speaks for: popular ones,
 * companions of what they bought, those with a tag of theirs, those of the wanted collections.
 */
export function selectPool({ at, collections }: PoolQuestion, { profileId }: About): RawBuilder<unknown> {
  return sql`(with
    person as (select traits, trait_times from profiles where id = ${profileId}),
    model as (select version, is_used from recommendation_models order by version desc limit 1),
    bought as (
      select l.product_id, coalesce(o.paid_at, o.ordered_at) as at, l.bought, l.quantity
      from orders o join order_lines l on l.order_id = o.order_id
      where o.profile_id = ${profileId} and o.cancelled_at is null and o.status not in ('cancelled', 'refunded') and not coalesce(o.is_test, false)),
    viewed as (
      select properties ->> 'product_id' as product_id, max(at) as at from facts
      where profile_id = ${profileId} and name = 'product.viewed' and at > ${at - viewedSinceMs} and properties ->> 'product_id' is not null
      group by 1),
    carted as (
      select distinct line ->> 'productId' as product_id from carts, jsonb_array_elements(lines) as line
      where profile_id = ${profileId} and state = 'open'),
    shown as (
      select one ->> 'productId' as product_id, m.submitted_at as at, exists (
        select from interactions i where i.message_id = m.id and i.kind = 'click' and i.verdict = 'human'
          and m.links ->> i.link = one ->> 'url') as is_clicked
      from messages m, jsonb_array_elements(m.recommended -> 'items') as one
      where m.profile_id = ${profileId} and m.recommended is not null and m.submitted_at > ${at - shownSinceMs}),
    touched as (
      select product_id from bought union select product_id from viewed union select product_id from carted union select product_id from shown),
    their_tags as (
      select unnest(p.tags) as tag from products p join touched t on t.product_id = p.product_id
      union select lower(key || ':' || trim(value #>> '{}')) from person, jsonb_each(traits) where jsonb_typeof(value) = 'string'
      union select lower(key || ':' || trim(one)) from person, jsonb_each(traits),
        jsonb_array_elements_text(case when jsonb_typeof(value) = 'array' then value else '[]' end) as one
      union select lower(name || ':' || trim(one)) from answers, jsonb_array_elements_text(
        case jsonb_typeof(value) when 'array' then value when 'string' then jsonb_build_array(value) else '[]' end) as one
        where profile_id = ${profileId}),
    speaking as (
      select r.product_id, r.companions from recommendation_products r join model on model.version = r.version
      where r.product_id in (select product_id from bought where quantity > 0)),
    found as (
      select product_id from touched
      union select key from speaking, jsonb_each(companions)
      union (select r.product_id from recommendation_products r join model on model.version = r.version
        order by (r.bought ->> '')::double precision desc nulls last, r.product_id limit ${mostOfEach})
      union (select p.product_id from products p where p.is_in_stock and p.tags && array(select tag from their_tags where tag is not null)
        order by p.product_id limit ${mostOfEach})
      union (select p.product_id from products p where p.is_in_stock and p.collections && ${collections}::text[]
        order by p.product_id limit ${mostOfEach}))
    select json_build_object(
      'at', ${at}::bigint, 'traits', traits, 'traitTimes', trait_times, 'answers', ${selectAnswers(null, { entryId: null, profileId })},
      'model', (select json_build_object('version', version, 'isUsed', is_used) from model),
      'purchases', (select json_agg(json_build_object('productId', product_id, 'at', at, 'bought', bought, 'quantity', quantity) order by at, product_id) from bought),
      'ratings', (select json_agg(json_build_object('productId', product_id, 'stars', rating) order by id) from service_records
        where profile_id = ${profileId} and kind = 'review' and product_id is not null and rating is not null),
      'viewed', (select json_agg(json_build_object('productId', product_id, 'at', at) order by product_id) from viewed),
      'inCart', (select json_agg(product_id order by product_id) from carted),
      'shown', (select json_agg(json_build_object('productId', product_id, 'at', at, 'isClicked', is_clicked) order by at, product_id) from shown),
      'companions', (select json_object_agg(product_id, companions) from speaking),
      'products', (select json_agg(json_build_object('productId', p.product_id, 'family', p.family, 'tags', p.tags, 'collections', p.collections,
          'isInStock', p.is_in_stock, 'product', p.product, 'bought', coalesce(r.bought, '{}')) order by p.product_id)
        from products p join found on found.product_id = p.product_id
          left join recommendation_products r on r.product_id = p.product_id and r.version = (select version from model)))
    from person)`;
}
