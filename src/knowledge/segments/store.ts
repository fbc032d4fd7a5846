import { type RawBuilder, sql } from 'kysely';
import type { About } from '../source.js';
import type { AskedSegments } from './asked.js';

/**
 * Who is no member is known to be none once a fill has come to them, or came to everybody: fills of what is no longer in force are removed.
 * While a new version is filled, the place by the one before counts.
 */
export function selectPlaces(asked: AskedSegments, { profileId }: About): RawBuilder<unknown> {
  const isAsked = asked === null ? sql`true` : sql`segment_id = any(${asked}::text[])`;
  return sql`(select json_object_agg(id, is_member) from (
    select segment_id as id, true as is_member from segment_members where profile_id = ${profileId} and ${isAsked}
    union all
    select distinct segment_id, false from segment_fills f where ${isAsked}
      and (finished_at is not null or after_id >= ${profileId} or started_at < (select created_at from profiles where id = ${profileId}))
      and not exists (select from segment_members m where m.profile_id = ${profileId} and m.segment_id = f.segment_id)) places)`;
}
