import { type RawBuilder, sql } from 'kysely';
import type { FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { About } from '../source.js';

export type InstantsJson = readonly { readonly name: FactName; readonly at: Instant }[];

export function selectInstants(since: ReadonlyMap<FactName, Instant | null>, { profileId }: About): RawBuilder<unknown> {
  const asked = sql.join(
    [...since].map(([name, from]) => sql`(name = ${name} and at >= ${from ?? 0})`),
    sql` or `,
  );
  return sql`(select json_agg(json_build_object('name', name, 'at', at) order by at desc) from (
      select name, at from facts where profile_id = ${profileId} and (${asked})
      union all select name, at from facts where profile_id in (select id from inbox) and name like 'order.%' and (${asked})) counted)`;
}
