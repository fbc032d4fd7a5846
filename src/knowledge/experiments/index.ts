import { type RawBuilder, sql } from 'kysely';
import type { KnownExperiment } from '../../journey/assignment.js';
import type { KnownExperiments } from '../../journey/steps/experiment.js';
import { placesInMemory } from '../segments/memory.js';
import { selectPlaces } from '../segments/store.js';
import type { About, KnowledgeSource, MemoryLook } from '../source.js';

interface ExperimentNeed {
  readonly id: string;
}

/** The experiments that a journey names: what is in force, and the arm that the person has. By their ids. */
export const experiments: KnowledgeSource<ExperimentNeed, readonly string[], KnownExperiments> = {
  question: (needs) => [...new Set(needs.map(({ id }) => id))],
  fromStore: selectExperiments,
  read(json) {
    const { person, entry, found } = json as StoredExperiments;
    return { units: { person, entry }, byId: Object.fromEntries(found.map(({ id, ...known }) => [id, known])) };
  },
  fromMemory: (ids, look) => ({
    units: { person: look.tables.drawnAs(look.profileId), entry: look.entryId ?? '' },
    byId: Object.fromEntries(ids.map((id) => [id, inMemory(id, look)])),
  }),
};

interface StoredExperiments {
  readonly person: string;
  readonly entry: string;
  readonly found: readonly (KnownExperiment & { readonly id: string })[];
}

/** After a merge a person may have two arms: the earlier one stays. */
function selectExperiments(ids: readonly string[], { entryId, profileId }: About): RawBuilder<unknown> {
  return sql`json_build_object('person', ${profileId}::text, 'entry', ${entryId ?? ''}::text, 'found', (
    select json_agg(json_build_object('id', asked.id,
      'live', case when live.definition is null then null else json_build_object('version', live.version, 'definition', live.definition) end,
      'exposed', (select arm from exposures x where x.experiment = asked.id and x.seed = live.definition ->> 'seed'
        and case live.definition ->> 'unit' when 'entry' then x.unit = ${entryId ?? ''} else x.profile_id = ${profileId} end order by x.at, x.seq limit 1),
      'kept', (select case when kind = 'decide' then json_build_object('arm', arm, 'since', at, 'segments', segments) end from experiment_acts
        where experiment = asked.id and seed = live.definition ->> 'seed' and kind <> 'reveal' order by seq desc limit 1),
      'places', case when live.definition -> 'segments' is not null then ${selectPlaces(null, { entryId, profileId })} end))
    from unnest(${ids}::text[]) as asked(id) left join lateral (
      select version, definition from definition_versions where kind = 'experiment' and id = asked.id order by version desc limit 1) live on true))`;
}

function inMemory(id: string, look: MemoryLook): KnownExperiment {
  const { tables, profileId, entryId } = look;
  const live = tables.experiments.get(id) ?? null;
  if (live === null) return { live, exposed: null, kept: null };
  const { seed, unit, segments } = live.definition;
  const rows = tables.kept
    .where('profile', profileId)
    .filter(({ table, values }) => table === 'exposures' && values['experiment'] === id && values['seed'] === seed)
    .filter(({ values }) => unit === 'person' || values['unit'] === entryId)
    .toSorted((one, other) => Number(one.values['at']) - Number(other.values['at']));
  const exposed = rows[0]?.values['arm'];
  return {
    live,
    exposed: typeof exposed === 'string' ? exposed : (tables.told.get(profileId)?.arms?.[id] ?? null),
    kept: null,
    places: segments === undefined ? null : placesInMemory(null, look),
  };
}
