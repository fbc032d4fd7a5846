import {
  type WorkflowExecutionDescription,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  type BroadcastBatchInput,
  batchWorkflowType,
  entryWorkflowType,
  type JourneyEntryInput,
  journeysTaskQueue,
  pokeSignalName,
} from '../../workflows/contract.js';
import { batchWorkflowId, type EntryId, entryWorkflowId, type JourneyId } from '../domain/values/ids.js';
import { isOfBroadcast, journeyOfBroadcast } from '../store/broadcast-batches.js';
import { journeyIdAttribute, type TemporalConnection, withDeadline } from './connection.js';

/** Of one call to Temporal; real milliseconds. What is late is tried again by the poke loop. */
const callDeadlineMs = 3_000;

/** The run of an entry, as we describe it to Temporal. */
export interface EntryRun {
  readonly journeyId: JourneyId;
  readonly entryId: EntryId;
}

export interface StartOptions {
  /** Real milliseconds until the first turn; 0 for now. */
  readonly delayMs: number;
  /** Hand the first task to the worker of this process, when it is there. */
  readonly eager: boolean;
  /** USE_EXISTING: adds nothing to a run that is there. TERMINATE_EXISTING: starts again. */
  readonly onConflict: 'USE_EXISTING' | 'TERMINATE_EXISTING';
}

/** Ensures a run: without effect on one that is there (USE_EXISTING), and a new one after one that has ended. */
export async function startEntryRun(
  connection: TemporalConnection,
  run: EntryRun,
  { delayMs, eager, onConflict }: StartOptions,
): Promise<void> {
  await within(connection, () =>
    connection.client.workflow.start(entryWorkflowType, {
      ...startOptions(run),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy[onConflict],
      // The server starts nothing eagerly that is delayed.
      ...(delayMs > 0 ? { startDelay: delayMs } : { requestEagerStart: eager }),
    }),
  );
}

/** Pokes the run of an entry, and starts it when it is not there. Without a delay: one that is created delayed would itself be delayed. */
export async function wakeEntryRun(connection: TemporalConnection, run: EntryRun): Promise<void> {
  await within(connection, () =>
    connection.client.workflow.signalWithStart(entryWorkflowType, { ...startOptions(run), signal: pokeSignalName }),
  );
}

/** Ensures the run of a batch of letters: without effect on one that is there. */
export async function startBatchRun(connection: TemporalConnection, { broadcastId, first }: BroadcastBatchInput): Promise<void> {
  const journeyId = journeyOfBroadcast(broadcastId);
  const input: BroadcastBatchInput = { broadcastId, first };
  await within(connection, () =>
    connection.client.workflow.start(batchWorkflowType, {
      workflowId: batchWorkflowId(broadcastId, first),
      taskQueue: journeysTaskQueue,
      args: [input],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      priority: { priorityKey: priorityOf(journeyId) },
      staticSummary: `journey ${journeyId}`,
      typedSearchAttributes: [{ key: journeyIdAttribute, value: journeyId }],
    }),
  );
}

/** Where tasks wait for a worker, letters come after all else. Temporal's own scale: 1 comes first, 3 is usual, 5 comes last. */
function priorityOf(journeyId: JourneyId): number {
  return isOfBroadcast(journeyId) ? 5 : 3;
}

function startOptions({ journeyId, entryId }: EntryRun) {
  const input: JourneyEntryInput = { entryId };
  return {
    workflowId: entryWorkflowId(journeyId, entryId),
    taskQueue: journeysTaskQueue,
    args: [input],
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    priority: { priorityKey: priorityOf(journeyId) },
    staticSummary: `journey ${journeyId}`,
    typedSearchAttributes: [{ key: journeyIdAttribute, value: journeyId }],
  };
}

function within<T>(connection: TemporalConnection, call: () => Promise<T>): Promise<T> {
  return withDeadline(connection.native, callDeadlineMs, call);
}

/** Resolves when the namespace answers. */
export async function probe(connection: TemporalConnection): Promise<void> {
  await within(connection, () => connection.native.workflowService.describeNamespace({ namespace: connection.target.namespace }));
}

/** False when Temporal does not know a run of the entry, or only one that has ended. */
export async function entryRunExists(connection: TemporalConnection, run: EntryRun): Promise<boolean> {
  return (await describeEntryRun(connection, run))?.status.name === 'RUNNING';
}

/** The entry's latest run; null when Temporal does not know one. */
export async function describeEntryRun(
  connection: TemporalConnection,
  { journeyId, entryId }: EntryRun,
): Promise<WorkflowExecutionDescription | null> {
  try {
    const handle = connection.client.workflow.getHandle(entryWorkflowId(journeyId, entryId));
    return await within(connection, () => handle.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
