import { sql } from 'kysely';
import { taskIdFor } from '../domain/tasks/task.js';
import type { TaskAsked } from '../journey/steps/hand-off.js';
import { jsonText } from '../store/json.js';
import type { StepEffectKind } from './kind.js';

/** A task for the team. Its id says whose step asked, so a repeat finds it. */
export const task: StepEffectKind<TaskAsked> = {
  toStore: ({ kind: _kind, ...asked }, { by, at }) => {
    const { entryId, step, visit, profileId, journeyId } = by;
    const { reason, title, priority, orderId, because, dueAt } = asked;
    return sql`insert into tasks (id, profile_id, entry_id, journey_id, step, reason, title, priority, order_id, because, opened_at, due_at)
      values (${taskIdFor(entryId, step, visit)}, ${profileId}, ${entryId}, ${journeyId}, ${step}, ${reason}, ${title}, ${priority}, ${orderId},
        ${jsonText(because)}::jsonb, ${at}::bigint, ${dueAt}::bigint)
      on conflict (id) do nothing returning 1`;
  },
  toMemory: ({ kind: _kind, ...asked }, { by: { entryId, step, visit, profileId, journeyId }, at }, tables) => {
    const id = taskIdFor(entryId, step, visit);
    const values = { ...asked, id, entryId, journeyId, step, openedAt: at, closedAt: null };
    tables.keepOnce({ table: 'tasks', profileId, values }, 'id');
  },
};
