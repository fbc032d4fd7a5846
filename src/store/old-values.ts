import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Trx } from './db.js';

/** People with answers to a field from before `before`, at most `limit`, by id. */
export async function peopleWithOldAnswers(trx: Trx, field: string, before: Instant, limit: number): Promise<readonly ProfileId[]> {
  const { rows } = await sql<{
    id: ProfileId;
  }>`select distinct profile_id as id from answers where name = ${field} and answered_at <= ${before}
    order by 1 limit ${limit}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** People with a trait of this name that was said before `before`, at most `limit`, by id. */
export async function peopleWithOldTrait(trx: Trx, name: string, before: Instant, limit: number): Promise<readonly ProfileId[]> {
  const { rows } = await sql<{ id: ProfileId }>`select id from profiles where merged_into is null and erased_at is null and traits ? ${name}
    and (trait_times ->> ${name})::bigint <= ${before} order by id limit ${limit}`.execute(trx);
  return rows.map(({ id }) => id);
}

/**
 * Takes values of a field from before `before` out of everything that keeps them of these people: answers, the trait, what events and keys
 * said, what merges kept. That the trait was said, and when, stays, so that an older statement that comes late does not bring it back. The
 * caller holds the locks of the profiles.
 */
export async function removeOldValues(trx: Trx, people: readonly ProfileId[], field: string, before: Instant): Promise<void> {
  const ids = sql`any(${[...people]}::text[])`;
  await sql`delete from answers where profile_id = ${ids} and name = ${field} and answered_at <= ${before}`.execute(trx);
  await sql`update profiles set traits = traits - ${field}::text where id = ${ids} and traits ? ${field}
    and (trait_times ->> ${field})::bigint <= ${before}`.execute(trx);
  await sql`update events set payload = case when payload -> 'properties' ->> 'field' = ${field} then payload #- '{properties,value}' else payload end
      #- array['properties', 'answers', ${field}::text] #- array['traits', ${field}::text] #- array['context', 'traits', ${field}::text]
    where profile_id = ${ids} and occurred_at <= ${before} and (payload -> 'properties' ->> 'field' = ${field}
      or payload -> 'properties' -> 'answers' ? ${field} or payload -> 'traits' ? ${field} or payload -> 'context' -> 'traits' ? ${field})`.execute(
    trx,
  );
  await sql`update key_acts set kept = kept #- array['traits', ${field}::text]
    where profile_id = ${ids} and kind = 'traits' and at <= ${before} and kept -> 'traits' ? ${field}`.execute(trx);
  await sql`update merges set kept = kept #- array['from', 'traits', ${field}::text] #- array['into', 'traits', ${field}::text]
    where (from_id = ${ids} or into_id = ${ids}) and at <= ${before}
      and (kept -> 'from' -> 'traits' ? ${field} or kept -> 'into' -> 'traits' ? ${field})`.execute(trx);
  await sql`delete from value_flags where profile_id = ${ids} and field = ${field}`.execute(trx);
}
