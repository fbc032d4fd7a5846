import { z } from 'zod';
import { taskPriorities } from '../../domain/tasks/task.js';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

export const task = z
  .object({
    id: z.string(),
    profileId: z.string(),
    entryId: z.string(),
    journeyId: z.string(),
    step: z.string(),
    reason: z.string().meta({ description: 'A code of the journey, such as `low-rating`.' }),
    title: z.string(),
    priority: z.enum(taskPriorities),
    orderId: z.string().nullable(),
    because: z.record(z.string(), z.unknown()).meta({ description: 'What led to it, such as the rating.' }),
    openedAt: instant,
    dueAt: maybeInstant,
    assignee: z.string().nullable(),
    closedAt: maybeInstant.meta({ description: 'Null: it is open, and holds marketing where its step says so.' }),
    closedBy: z.string().nullable().meta({ description: 'Who closed it: `key:` and the id of the API key.' }),
    note: z.string().nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.input<typeof task>;

export const taskListQuery = pageQuery.extend({
  state: z.enum(['open', 'closed']).optional(),
  profileId: plainText(100).optional(),
  journeyId: plainText(200).optional(),
  assignee: plainText(200).optional(),
  priority: z.enum(taskPriorities).optional(),
});

export const taskCloseBody = z
  .object({ note: plainText(2000).nullable().default(null).meta({ description: 'What came of it, for the team. Personal data.' }) })
  .default({ note: null });

export const taskCloseAnswer = z.object({ task, changed: z.boolean().meta({ description: 'False: it was closed before.' }) });
export type TaskCloseAnswer = z.input<typeof taskCloseAnswer>;

export const taskAssignBody = z.object({ to: plainText(200).nullable().meta({ description: 'Who looks after it; null: nobody.' }) });
