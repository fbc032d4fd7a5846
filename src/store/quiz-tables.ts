import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the tables of quizzes do with a person. */
export const quizTables: {
  readonly quiz_runs: TableRule<'quiz_runs'>;
  readonly one_clicks: TableRule<'one_clicks'>;
} = {
  quiz_runs: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'seq',
      // Of two that are open, the one of who stays goes on.
      unless: (intoId) =>
        sql`(t.completed_at is null and exists (select from quiz_runs o where o.profile_id = ${intoId} and o.quiz = t.quiz and o.completed_at is null))`,
    },
    erase: ({ ids }) => [sql`delete from quiz_runs where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'quizzes',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('quiz', quiz, 'version', version, 'given', given, 'startedAt', started_at, 'completedAt', completed_at)
        order by started_at, seq) from quiz_runs where profile_id = ${ids}`,
    },
  },
  one_clicks: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq' },
    erase: ({ ids }) => [sql`delete from one_clicks where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'answersByLink',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('messageId', message_id, 'quiz', quiz, 'question', question, 'answer', answer, 'verdict', verdict,
        'reason', reason, 'at', at) order by at, seq) from one_clicks where profile_id = ${ids}`,
    },
  },
};
