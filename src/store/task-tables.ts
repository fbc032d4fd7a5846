import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the tables of tasks and holds do with a person. */
export const taskTables: { readonly tasks: TableRule<'tasks'>; readonly holds: TableRule<'holds'>; readonly calls: TableRule<'calls'> } = {
  tasks: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'id',
      since: ({ fromId }) => sql`entry_id in (select id from entries where profile_id = ${fromId})`,
    },
    // Nobody is left to do it for.
    erase: ({ ids, at }) => [
      sql`update tasks set because = '{}', note = null, order_id = null, assignee = null, closed_at = coalesce(closed_at, ${at}),
        closed_by = coalesce(closed_by, 'erasure') where profile_id = ${ids}`,
    ],
    keeps: ['id', 'entry_id', 'journey_id', 'step', 'reason', 'title', 'priority', 'closed_by'],
    export: {
      kind: 'list',
      name: 'tasks',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('id', id, 'title', title, 'reason', reason, 'orderId', order_id, 'because', because,
        'openedAt', opened_at, 'closedAt', closed_at, 'note', note) order by opened_at, id) from tasks where profile_id = ${ids}`,
      leavesOut: { assignee: 'It names somebody of the team.' },
    },
  },
  calls: {
    kind: 'person',
    merge: { kind: 'moves', row: 'id', since: ({ fromId }) => sql`entry_id in (select id from entries where profile_id = ${fromId})` },
    // What was not told yet is not told any more.
    erase: ({ ids }) => [sql`delete from calls where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'calls',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('kind', kind, 'receiver', receiver, 'orderId', order_id, 'data', data, 'createdAt', created_at)
        order by created_at, id) from calls where profile_id = ${ids}`,
      leavesOut: {
        id: 'It is ours, and names nothing else.',
        entry_id: 'The entries are listed.',
        journey_id: 'The entries are listed.',
        step: 'It is a word of the journey.',
        state: 'It says whether the receiver took it.',
        code: 'It is what the receiver’s server said.',
      },
    },
  },
  holds: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'id',
      since: ({ fromId }) => sql`made_by in (select 'entry:' || id from entries where profile_id = ${fromId})`,
    },
    // Nothing is sent to them any more.
    erase: ({ ids }) => [sql`delete from holds where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'holds',
      rows: (ids) => sql`select json_agg(json_build_object('reason', reason, 'since', since, 'until', until, 'releasedAt', released_at)
        order by since, id) from holds where profile_id = ${ids}`,
      leavesOut: {
        id: 'It is ours, and names nothing else.',
        ends_with: 'The reason says it.',
        task_id: 'The tasks are listed.',
        made_by: 'It names an entry, or somebody of the team.',
        released_by: 'It names somebody of the team.',
      },
    },
  },
};
