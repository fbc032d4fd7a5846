import { createHash } from 'node:crypto';
import type { Instant } from '../time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../values/ids.js';

export type TaskId = string & { readonly __id: 'task' };

/** The most urgent first. */
export const taskPriorities = ['urgent', 'high', 'normal', 'low'] as const;
export type TaskPriority = (typeof taskPriorities)[number];

/** Something that a person of the team is to do for a customer, and that a journey asked for. */
export interface Task {
  readonly id: TaskId;
  readonly profileId: ProfileId;
  readonly entryId: EntryId;
  readonly journeyId: JourneyId;
  readonly step: StepId;
  /** A code, such as `low-rating`. */
  readonly reason: string;
  /** What is to be done, in the journey's words. */
  readonly title: string;
  readonly priority: TaskPriority;
  /** The shop's id of the order that it is about; null: none. */
  readonly orderId: string | null;
  /** What led to it, such as the rating. Personal data. */
  readonly because: Readonly<Record<string, unknown>>;
  readonly openedAt: Instant;
  readonly dueAt: Instant | null;
  /** Who looks after it, as the team calls them; null: nobody yet. */
  readonly assignee: string | null;
  readonly closedAt: Instant | null;
  /** The API key that closed it; null: it is open. */
  readonly closedBy: string | null;
  /** What the team wrote when it closed it. Personal data. */
  readonly note: string | null;
}

/** The task that a step of an entry opens at a visit: the same on every repeat. */
export function taskIdFor(entryId: EntryId, step: StepId, visit: number): TaskId {
  const digest = createHash('sha256').update(`task|${entryId}|${step}|${visit}`).digest('hex');
  return `task_${digest.slice(0, 24)}` as TaskId;
}
