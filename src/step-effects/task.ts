import { taskIdFor } from '../domain/tasks/task.js';
import type { TaskAsked } from '../journey/steps/hand-off.js';
import { writeTask } from '../store/tasks.js';
import type { StepEffectKind } from './kind.js';

/** A task for the team. Its id says whose step asked, so a repeat finds it. */
export const task: StepEffectKind<TaskAsked> = {
  toStore: ({ kind: _kind, ...asked }, { by, at }) => {
    const { entryId, step, visit, profileId, journeyId } = by;
    return writeTask({ ...asked, id: taskIdFor(entryId, step, visit), profileId, entryId, journeyId, step, openedAt: at });
  },
  toMemory: ({ kind: _kind, ...asked }, { by: { entryId, step, visit, profileId, journeyId }, at }, { kept }) => {
    const id = taskIdFor(entryId, step, visit);
    const isThere = kept.where('profile', profileId).some(({ table, values }) => table === 'tasks' && values['id'] === id);
    const values = { ...asked, id, entryId, journeyId, step, openedAt: at, closedAt: null };
    if (!isThere) kept.push({ table: 'tasks', profileId, values });
  },
};
