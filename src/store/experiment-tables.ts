import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the tables of experiments do with a person. */
export const experimentTables: {
  readonly exposures: TableRule<'exposures'>;
  readonly outcome_reviews: TableRule<'outcome_reviews'>;
} = {
  exposures: {
    kind: 'person',
    // Two people with two arms keep both rows, so that the person can be left out and counted: `unit` says whose each was.
    merge: {
      kind: 'moves',
      row: 'seq',
      since: ({ fromId }) => sql`entry_id in (select id from entries where profile_id = ${fromId})`,
    },
    // What an arm came to stays true when somebody of it is erased; it says nothing of them.
    erase: () => [],
    keeps: ['experiment', 'seed', 'unit', 'arm', 'segment', 'entry_id', 'step'],
    export: {
      kind: 'list',
      name: 'experiments',
      rows: (ids) => sql`select coalesce(json_agg(json_build_object('experiment', experiment, 'arm', arm, 'at', at) order by at, seq), '[]')
        from exposures where profile_id = ${ids}`,
    },
  },
  outcome_reviews: {
    kind: 'person',
    merge: { kind: 'stays', why: 'A merge makes rows of its own, and one that finds nothing is done.' },
    erase: ({ ids }) => [sql`delete from outcome_reviews where profile_id = ${ids}`],
    keeps: [],
    export: { kind: 'nothing', why: 'It says that something changed.' },
  },
};
