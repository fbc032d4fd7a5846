import { type ActivityInterfaceFor, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { type BatchActivities, channelTaskQueue, type QueueActivities, type TurnActivities } from './contract.js';

const retry = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 } as const;

/**
 * The inline lane: one attempt, because a local activity that retries holds its workflow task and delays signals. 30 s is above a
 * provider's total deadline (20 s) with the turn's two transactions around it, and below the lease of an attempt (35 s).
 */
export const inlineTurn = proxyLocalActivities<TurnActivities>({ startToCloseTimeout: 30_000, retry: { maximumAttempts: 1 } }).turn;

/**
 * The same turn where a failure can be seen: in the UI, as a pending activity, tried until it works. Each attempt has what the inline lane
 * has.
 */
export const patientTurn = proxyActivities<TurnActivities>({ startToCloseTimeout: 30_000, retry }).turn;

/** Letters of a broadcast, some dozens at a time for some seconds; a call to the provider that hangs lasts 20 s longer. */
export const batchTurn = proxyActivities<BatchActivities>({ startToCloseTimeout: 60_000, retry }).batchTurn;

/**
 * The queue lane: a channel's own task queue, whose rate Temporal holds. No limit on waiting there: the message's deadline is the turn's
 * affair. 60 s, because such a turn may wait 25 s for a connection to the provider before the call (20 s at most) begins.
 */
export function queuedTurnOn(channel: string): ActivityInterfaceFor<QueueActivities>['queuedTurn'] {
  return proxyActivities<QueueActivities>({ taskQueue: channelTaskQueue(channel), startToCloseTimeout: 60_000, retry }).queuedTurn;
}
