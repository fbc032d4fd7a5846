import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the tables of segments do with a person. */
export const segmentTables: {
  readonly segment_members: TableRule<'segment_members'>;
  readonly segment_reviews: TableRule<'segment_reviews'>;
} = {
  segment_members: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'seq',
      unless: (intoId) => sql`exists (select from segment_members o where o.profile_id = ${intoId} and o.segment_id = t.segment_id)`,
    },
    erase: ({ ids }) => [sql`delete from segment_members where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'segments',
      rows: (
        ids,
      ) => sql`select coalesce(json_agg(json_build_object('segment', segment_id, 'since', since, 'because', because) order by segment_id), '[]')
        from segment_members where profile_id = ${ids}`,
    },
  },
  segment_reviews: {
    kind: 'person',
    merge: { kind: 'stays', why: 'The next look finds that the profile gave way, and removes the row.' },
    erase: ({ ids }) => [sql`delete from segment_reviews where profile_id = ${ids}`],
    keeps: [],
    export: { kind: 'nothing', why: 'It says when a look is due.' },
  },
};
