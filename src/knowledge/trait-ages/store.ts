import { type RawBuilder, sql } from 'kysely';
import type { About } from '../source.js';

export function selectAges(names: readonly string[], { profileId }: About): RawBuilder<unknown> {
  return sql`(select json_object_agg(asked.name, json_build_object('saidAt', p.trait_times -> asked.name, 'validMs', (
      select field -> 'validMs' from (select definition from definition_versions where kind = 'field' order by version desc limit 1) live,
        jsonb_array_elements(live.definition -> 'fields') field where field ->> 'name' = asked.name limit 1)))
    from profiles p, unnest(${[...names]}::text[]) as asked(name) where p.id = ${profileId} and p.trait_times ? asked.name)`;
}
