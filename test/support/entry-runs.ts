import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { createActivities, type Lane } from '../../activities/index.js';
import type { FaultSummary } from '../../src/domain/values/fault.js';
import type { EntryId, JourneyId } from '../../src/domain/values/ids.js';
import { connectTemporal, type TemporalConnection, type TemporalTarget } from '../../src/temporal/connection.js';
import { startBatchRun, startEntryRun, wakeEntryRun } from '../../src/temporal/entry-runs.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { startWorkers, type WorkersOptions } from '../../src/temporal/worker.js';
import type { Instruction } from '../../workflows/contract.js';
import { silentLog } from './log.js';

/** One scripted turn: an instruction, or a function that makes one (and may throw or wait). */
export type ScriptedTurn = Instruction | ((lane: Lane) => Instruction | Promise<Instruction>);

/** Real workers on the real server, with turns that follow a script instead of the store. */
export interface EntryRuns {
  readonly connection: TemporalConnection;
  /** Faults that the activities told. */
  readonly faults: readonly FaultSummary[];
  /** A new entry whose turns follow the script; the last is repeated. `state` lets a test stand in for the row of an entry. */
  entry(script: readonly ScriptedTurn[]): ScriptedEntry;
  /** The same for a batch of letters. */
  batch(script: readonly ScriptedTurn[]): ScriptedEntry;
  stop(): Promise<void>;
  /** Stops the workers, and starts them again with the next call. */
  pauseWorkers(): Promise<void>;
  resumeWorkers(): Promise<void>;
}

export interface ScriptedEntry {
  readonly id: EntryId;
  readonly workflowId: string;
  /** Lane of each turn so far. */
  readonly turns: readonly Lane[];
  start(options?: { delayMs?: number; eager?: boolean }): Promise<void>;
  wake(): Promise<void>;
  /** Resolves when the workflow has handed in the task of its nth turn, so that it now waits. */
  waiting(turns: number): Promise<void>;
  handle(): WorkflowHandle;
  outcome(): Promise<string>;
  /** Of the first run. */
  history(): Promise<temporal.api.history.v1.IHistory>;
  /** Types of events in order, without the prefix: `WORKFLOW_EXECUTION_STARTED`. */
  eventTypes(): Promise<string[]>;
}

export async function startEntryRuns(target: TemporalTarget, options: Partial<WorkersOptions> = {}): Promise<EntryRuns> {
  installRuntime({ log: silentLog });
  const connection = await connectTemporal(target);
  const scripts = new Map<string, (lane: Lane) => Promise<Instruction>>();
  const faults: FaultSummary[] = [];
  const activities = createActivities({
    takeTurn: async ({ entryId }, lane) => {
      const script = scripts.get(entryId);
      return script === undefined ? { kind: 'finished', outcome: 'unknown entry' } : await script(lane);
    },
    takeBatchTurn: async ({ broadcastId }) =>
      (await scripts.get(broadcastId)?.('inline')) ?? { kind: 'finished', outcome: 'unknown batch' },
    onFault: (_of, fault) => faults.push(fault),
  });
  const start = () => startWorkers({ log: silentLog, ...options, connection, activities });
  let workers = await start();

  const entry = (script: readonly ScriptedTurn[]) => scripted(script, 'entry');

  function scripted(script: readonly ScriptedTurn[], of: 'entry' | 'batch'): ScriptedEntry {
    const id = randomUUID().replaceAll('-', '') as EntryId;
    const turns: Lane[] = [];
    scripts.set(id, async (lane) => {
      const turn = script[Math.min(turns.length, script.length - 1)];
      turns.push(lane);
      if (turn === undefined) throw new Error('A script needs at least one turn.');
      return typeof turn === 'function' ? await turn(lane) : turn;
    });
    const run = { journeyId: 'scripted' as JourneyId, entryId: id };
    const workflowId = of === 'entry' ? `entry/scripted/${id}` : `batch/${id}/0`;
    const firstRun = async () => {
      const started = (await handle().fetchHistory()).events?.[0]?.workflowExecutionStartedEventAttributes;
      const history = await connection.client.workflow.getHandle(workflowId, started?.firstExecutionRunId ?? undefined).fetchHistory();
      return history;
    };
    const eventTypes = async () => (await firstRun()).events?.map(typeOf) ?? [];
    const handle = () => connection.client.workflow.getHandle(workflowId);
    return {
      id,
      workflowId,
      turns,
      start: ({ delayMs = 0, eager = true } = {}) =>
        of === 'batch'
          ? startBatchRun(connection, { broadcastId: id, first: 0 })
          : startEntryRun(connection, run, { delayMs, eager, onConflict: 'USE_EXISTING' }),
      wake: () => wakeEntryRun(connection, run),
      handle,
      outcome: () => handle().result() as Promise<string>,
      history: firstRun,
      eventTypes,
      waiting: async (turns) => {
        await until(async () => (await eventTypes()).filter((type) => type === 'MARKER_RECORDED').length >= turns);
      },
    };
  }

  return {
    connection,
    faults,
    entry,
    batch: (script) => scripted(script, 'batch'),
    pauseWorkers: () => workers.stop(),
    resumeWorkers: async () => {
      workers = await start();
    },
    stop: async () => {
      await workers.stop();
      await connection.close();
    },
  };
}

/** Asks again and again until it is so, for 20 s at most. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!(await isSo())) {
    if (performance.now() - started > 20_000) throw new Error('What was waited for did not happen within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function typeOf(event: temporal.api.history.v1.IHistoryEvent): string {
  return temporal.api.enums.v1.EventType[event.eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? 'UNKNOWN';
}
