import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Task, TaskId, TaskPriority } from '../domain/tasks/task.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import type { TasksTable } from './schema.js';

export interface TaskFilter {
  readonly state?: 'open' | 'closed' | undefined;
  readonly profileId?: string | undefined;
  readonly journeyId?: string | undefined;
  readonly assignee?: string | undefined;
  readonly priority?: TaskPriority | undefined;
}

/** The newest first, at most `limit` after the position [openedAt, id]. */
export async function listTasks(
  db: Db | Trx,
  filter: TaskFilter,
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly Task[]> {
  const { state, profileId, journeyId, assignee, priority } = filter;
  let query = db.selectFrom('tasks').selectAll();
  if (state !== undefined) query = query.where('closed_at', state === 'open' ? 'is' : 'is not', null);
  if (profileId !== undefined) query = query.where('profile_id', '=', profileId);
  if (journeyId !== undefined) query = query.where('journey_id', '=', journeyId);
  if (assignee !== undefined) query = query.where('assignee', '=', assignee);
  if (priority !== undefined) query = query.where('priority', '=', priority);
  if (page.after !== null)
    query = query.where(sql<SqlBool>`(opened_at, id collate "C") < (${page.after[0]}::bigint, ${page.after[1]}::text)`);
  const rows = await query.orderBy('opened_at', 'desc').orderBy(sql`id collate "C"`, 'desc').limit(page.limit).execute();
  return rows.map(toTask);
}

export async function readTask(db: Db | Trx, id: string): Promise<Task | null> {
  const row = await db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toTask(row);
}

/** Null: it was closed before, or there is none. */
export async function writeClosed(
  trx: Trx,
  id: string,
  { at, by, note }: { readonly at: Instant; readonly by: string; readonly note: string | null },
): Promise<Task | null> {
  const row = await trx
    .updateTable('tasks')
    .set({ closed_at: at, closed_by: by, note })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toTask(row);
}

/** Null: there is no such task. */
export async function writeAssignee(db: Db | Trx, id: string, assignee: string | null): Promise<Task | null> {
  const row = await db.updateTable('tasks').set({ assignee }).where('id', '=', id).returningAll().executeTakeFirst();
  return row === undefined ? null : toTask(row);
}

function toTask(row: Selectable<TasksTable>): Task {
  return {
    id: row.id as TaskId,
    profileId: row.profile_id as ProfileId,
    entryId: row.entry_id as EntryId,
    journeyId: row.journey_id as JourneyId,
    step: row.step as StepId,
    reason: row.reason,
    title: row.title,
    priority: row.priority,
    orderId: row.order_id,
    because: row.because as Task['because'],
    openedAt: row.opened_at,
    dueAt: row.due_at,
    assignee: row.assignee,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    note: row.note,
  };
}
