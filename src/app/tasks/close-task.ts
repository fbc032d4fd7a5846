import type { Task } from '../../domain/tasks/task.js';
import { taskClosed } from '../../domain/tasks/task-facts.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { releaseHolds } from '../../store/holds.js';
import { lockProfiles } from '../../store/profiles.js';
import { readTask, writeClosed } from '../../store/tasks.js';
import type { AppDeps } from '../deps.js';
import { movedBy, tellFacts } from '../ingest/tell-facts.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments' | 'secret'>;

export type ClosedTask =
  | { readonly kind: 'closed'; readonly task: Task }
  /** Somebody had closed it before: nothing is changed. */
  | { readonly kind: 'was-closed'; readonly task: Task }
  | { readonly kind: 'unknown' };

/** Closes a task, ends its hold, and tells journeys: one transaction. `by`: who, as `key:<id>`. */
export async function closeTask(
  deps: Deps,
  id: string,
  { by, note }: { readonly by: string; readonly note: string | null },
): Promise<ClosedTask> {
  const { result, wakes } = await deps.store.transaction(async (trx) => {
    const known = await readTask(trx, id);
    if (known === null) return { result: { kind: 'unknown' } as const, wakes: false };
    const at = deps.clock.now();
    await lockProfiles(trx, [known.profileId as ProfileId]);
    const task = await writeClosed(trx, id, { at, by, note });
    if (task === null) return { result: { kind: 'was-closed', task: known } as const, wakes: false };
    await releaseHolds(trx, { taskId: id }, { at, by });
    const facts = [{ fact: taskClosed(task, at), trigger: true }];
    const told = await tellFacts(trx, deps, { facts, people: movedBy(facts) });
    return { result: { kind: 'closed', task } as const, wakes: told.wakes };
  });
  if (wakes) deps.notifyRelay();
  return result;
}
