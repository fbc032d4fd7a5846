import { Worker, type WorkerOptions } from '@temporalio/worker';
import {
  type BatchActivities,
  type BatchTurnInput,
  channelTaskQueue,
  journeysTaskQueue,
  type QueueActivities,
  type TurnActivities,
  type TurnInput,
} from '../../workflows/contract.js';
import type { Log } from '../app/deps.js';
import { Bell } from '../bell.js';
import { type Channel, channels } from '../domain/messages/channel.js';
import { workflowBundle } from './bundle.js';
import type { TemporalConnection } from './connection.js';

/** Workflow tasks at once in a worker. A turn of the inline lane holds one while it sends: see `ChannelSlots`. */
export const workflowTaskSlots = 100;

export interface WorkersOptions {
  readonly connection: TemporalConnection;
  readonly activities: TurnActivities & QueueActivities & BatchActivities;
  readonly log: Log;
  /** Messages a second of a channel's task queue, over all workers of it; every worker must be given the same. */
  readonly rates?: Readonly<Partial<Record<Channel, number | undefined>>>;
  /**
   * Connections to each channel's provider: so many of its turns run at once. What else is queued waits at Temporal, where it holds
   * nothing.
   */
  readonly connections?: Readonly<Partial<Record<Channel, number>>>;
  /** Runs kept in memory, about 0.2 MB each. Months-long waits are evicted anyway and replay when they wake. */
  readonly maxCachedWorkflows?: number;
  /** Workflow bundle other than this build's: tests. */
  readonly bundle?: WorkerOptions['workflowBundle'];
}

export interface Workers {
  /** Ends taking work and waits for what is under way (35 s, then 40 s by force). */
  stop(): Promise<void>;
  /** True while every worker polls. */
  isRunning(): boolean;
}

/**
 * The workers of a process: workflow tasks and turns, and one for each channel's queue lane. One that dies (its namespace is gone, its key
 * was revoked) is made again, 1 s … 30 s later, until `stop`.
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const bundle = options.bundle ?? (await workflowBundle());
  const supervised = [
    await supervise(() => createJourneyWorker(options, bundle), options.log),
    ...(await Promise.all(channels.map((channel) => supervise(() => createChannelWorker(options, channel), options.log)))),
  ];
  return {
    stop: async () => {
      await Promise.all(supervised.map((worker) => worker.stop()));
    },
    isRunning: () => supervised.every((worker) => worker.isRunning()),
  };
}

/** Grace is above the total of a send (20 s) with its transactions, below a container's usual patience with it raised to 45 s. */
const shutdown = { shutdownGraceTime: 35_000, shutdownForceTime: 40_000 } as const;

function createJourneyWorker(
  { connection, activities, maxCachedWorkflows = 300 }: WorkersOptions,
  bundle: WorkerOptions['workflowBundle'],
) {
  return Worker.create({
    ...shutdown,
    connection: connection.native,
    namespace: connection.target.namespace,
    taskQueue: journeysTaskQueue,
    ...(bundle === undefined ? {} : { workflowBundle: bundle }),
    activities: {
      turn: (input: TurnInput) => activities.turn(input),
      batchTurn: (input: BatchTurnInput) => activities.batchTurn(input),
    },
    maxCachedWorkflows,
    maxConcurrentWorkflowTaskExecutions: workflowTaskSlots,
    maxConcurrentWorkflowTaskPolls: 10,
    // A local activity also holds a workflow task, so more of these would never be used.
    maxConcurrentLocalActivityExecutions: workflowTaskSlots,
    // The fall-back of failing turns.
    maxConcurrentActivityTaskExecutions: 50,
    maxConcurrentActivityTaskPolls: 4,
  });
}

function createChannelWorker({ connection, activities, rates = {}, connections = {} }: WorkersOptions, channel: Channel) {
  const rate = rates[channel];
  const atOnce = connections[channel] ?? 5;
  return Worker.create({
    ...shutdown,
    connection: connection.native,
    namespace: connection.target.namespace,
    taskQueue: channelTaskQueue(channel),
    activities: { queuedTurn: (input: TurnInput) => activities.queuedTurn(input) },
    maxConcurrentActivityTaskExecutions: atOnce,
    maxConcurrentActivityTaskPolls: Math.min(4, atOnce),
    // The server holds this rate over all workers; the last that polls decides.
    ...(rate === undefined ? {} : { maxTaskQueueActivitiesPerSecond: rate }),
  });
}

interface SupervisedWorker {
  stop(): Promise<void>;
  isRunning(): boolean;
}

async function supervise(create: () => Promise<Worker>, log: Log): Promise<SupervisedWorker> {
  let worker = await create();
  const bell = new Bell();

  const life = (async () => {
    for (let delayMs = 1_000; !bell.isOver; delayMs = Math.min(delayMs * 2, 30_000)) {
      try {
        await worker.run();
      } catch (error) {
        log.error(
          { error: error instanceof Error ? error.name : 'unknown', taskQueue: worker.options.taskQueue },
          'A Temporal worker stopped.',
        );
      }
      if (await bell.wait(delayMs)) worker = await create().catch(() => worker);
    }
  })();

  return {
    stop: async () => {
      bell.end();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await life.catch(() => undefined);
    },
    isRunning: () => worker.getState() === 'RUNNING',
  };
}
