import { type RawBuilder, sql } from 'kysely';
import type { FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { About } from '../source.js';

export type InstantsJson = readonly { readonly name: FactName; readonly at: Instant }[];

export function selectInstants(since: ReadonlyMap<FactName, Instant | null>, { profileId }: About): RawBuilder<unknown> {
  const orders = [...since].filter(([name]) => name.startsWith('order.'));
  const ofOthers =
    orders.length === 0
      ? sql``
      : sql` union all select name, at from facts where profile_id in (select id from inbox) and (${among(orders)})`;
  return sql`(select json_agg(json_build_object('name', name, 'at', at) order by at desc) from (
      select name, at from facts where profile_id = ${profileId} and (${among([...since])})${ofOthers}) counted)`;
}

/** A part for each instant from which on something is asked: names that are asked alike stand together, so that the plan stays small. */
export function among(asked: readonly (readonly [FactName, Instant | null])[]): RawBuilder<unknown> {
  const byStart = new Map<Instant, FactName[]>();
  for (const [name, from] of asked) byStart.set(from ?? 0, [...(byStart.get(from ?? 0) ?? []), name]);
  return sql.join(
    [...byStart].map(([from, names]) => sql`(name = any(${names}) and at >= ${from})`),
    sql` or `,
  );
}
