import type { Clock } from '../domain/time/clock.js';
import { type EntryId, entryWorkflowId } from '../domain/values/ids.js';
import type { Store } from '../store/db.js';
import { findUnfinished, forgetPokes, listStuck, type StuckEntry } from '../store/pokes.js';
import type { TemporalConnection } from './connection.js';
import { describeEntryRun, startEntryRun } from './entry-runs.js';

export interface StuckDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly connection: () => TemporalConnection | null;
}

/**
 * An entry at which the poke loop looked five times and more in vain, or whose turn failed three times in the same way, with what is wrong.
 */
export interface StuckEntryReport extends StuckEntry {
  readonly workflowId: string;
  /** A sentence; codes and ids only. */
  readonly finding: string;
}

const listedAtMost = 100;

export async function stuckEntries({ store, connection }: StuckDeps): Promise<readonly StuckEntryReport[]> {
  const stuck = await listStuck(store.db, listedAtMost);
  return await Promise.all(
    stuck.map(async (entry) => ({
      ...entry,
      workflowId: entryWorkflowId(entry.journeyId, entry.id),
      finding: entry.fault === null ? await finding(connection(), entry) : failing(entry.fault),
    })),
  );
}

/**
 * Ends the run of an entry and starts it again from the store, as `stuck restart` asks. False when there is no such entry, or it has
 * finished. Throws when Temporal is away.
 */
export async function restartStuckEntry({ store, clock, connection }: StuckDeps, id: EntryId): Promise<boolean> {
  const entry = await findUnfinished(store.db, id);
  if (entry === null) return false;
  const temporalNow = connection();
  if (temporalNow === null) throw new Error('Temporal has not been reached yet; try again when /readyz says it is up.');
  const now = clock.realNow();
  const delayMs = entry.dueAt === null ? 0 : Math.max(0, clock.realAt(entry.dueAt) - now);
  await startEntryRun(
    temporalNow,
    { journeyId: entry.journeyId, entryId: id },
    { delayMs: 0, eager: false, onConflict: 'TERMINATE_EXISTING' },
  );
  await forgetPokes(store.db, id, now + delayMs + 120_000);
  return true;
}

/** Its run is well, and waits: Temporal has nothing to say of it. */
function failing(fault: string): string {
  return `Its turn failed three times in the same way and more: ${fault}. The log says the same. It is tried again every hour, and by a restart.`;
}

async function finding(connection: TemporalConnection | null, entry: StuckEntry): Promise<string> {
  if (connection === null) return 'Temporal has not been reached yet.';
  try {
    return tell(await describeEntryRun(connection, { journeyId: entry.journeyId, entryId: entry.id }));
  } catch {
    return 'Temporal did not answer.';
  }
}

type Description = NonNullable<Awaited<ReturnType<typeof describeEntryRun>>>;

/** PENDING_WORKFLOW_TASK_STATE_STARTED of temporal/api/enums/v1/workflow.proto. */
const startedState = 2;

function tell(run: Description | null): string {
  if (run === null) return 'Temporal does not know its run; the next poke starts one.';
  const status = run.status.name.toLowerCase();
  const { pendingActivities, pendingWorkflowTask } = run.raw;
  const activity = pendingActivities?.[0];
  if (activity) {
    // Messages of our own activities carry no personal data (activities/index.ts).
    const failure = activity.lastFailure?.message ?? 'It has not failed yet; is a worker running?';
    return `Its run is ${status}; the activity ${activity.activityType?.name ?? ''} is at attempt ${activity.attempt ?? 1}. ${failure}`;
  }
  if (pendingWorkflowTask) {
    const started = pendingWorkflowTask.state === startedState;
    const attempt = pendingWorkflowTask.attempt ?? 1;
    return `Its run is ${status} and ${started ? 'at work on' : 'waits for a worker to take'} a workflow task, attempt ${attempt}.${attempt > 1 ? ' The worker’s log says why it failed.' : ''}`;
  }
  return `Its run is ${status} with ${run.historyLength} events and nothing under way.`;
}
