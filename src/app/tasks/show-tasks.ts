import type { Task } from '../../domain/tasks/task.js';
import { listTasks, readTask, type TaskFilter, writeAssignee } from '../../store/tasks.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store'>;

/** Tasks by state, person, journey and who looks after them, the newest first. */
export function showTasks({ store }: Deps, filter: TaskFilter, request: PageRequest): Promise<Page<Task>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listTasks(store.db, filter, { limit, after }),
    ({ openedAt, id }) => [openedAt, id],
  );
}

/** Null: no such task. */
export function showTask({ store }: Deps, id: string): Promise<Task | null> {
  return readTask(store.db, id);
}

/** Who looks after it from now on; `to` null: nobody. Null: no such task. */
export function assignTask({ store }: Deps, id: string, to: string | null): Promise<Task | null> {
  return writeAssignee(store.db, id, to);
}
