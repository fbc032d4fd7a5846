import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the tables of answers do with a person. */
export const answerTables: {
  readonly answers: TableRule<'answers'>;
  readonly value_flags: TableRule<'value_flags'>;
} = {
  answers: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ({ events }) => sql`event_id = any(${events})` },
    erase: ({ ids }) => [sql`delete from answers where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'answers',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('field', name, 'value', value, 'source', source, 'quiz', quiz, 'version', version, 'purpose', purpose,
        'answeredAt', answered_at, 'expiresAt', expires_at, 'consent', consent) order by answered_at, seq) from answers where profile_id = ${ids}`,
      leavesOut: { event_id: 'The events are listed.' },
    },
  },
  value_flags: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'seq',
      unless: (intoId) => sql`exists (select from value_flags o where o.profile_id = ${intoId} and o.kind = t.kind and o.field = t.field)`,
    },
    erase: ({ ids }) => [sql`delete from value_flags where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'shown',
      by: 'profile',
      leavesOut: { field: 'The profile shows the value that it is about.', code: 'The profile shows what seems wrong.' },
    },
  },
};
