/** Names and shapes that workflows, activities and clients share. No imports: this file goes into the workflow bundle. */

/** The vocabulary of instructions that this build understands. A workflow says its own; activities answer within it. */
export const opset = 1;

export const entryWorkflowType = 'journeyEntry';
/** Empty: what arrived is a row in `entry_inputs`. */
export const pokeSignalName = 'poke';

export interface JourneyEntryInput {
  readonly entryId: string;
}

/** What a turn tells the workflow to do next. Carries codes and ids only, never personal data. */
export type Instruction =
  | { readonly kind: 'turn'; readonly summary: string }
  | { readonly kind: 'queued'; readonly channel: string; readonly summary: string }
  /** `wakeAtReal` null: no time-out, only a poke wakes it. */
  | { readonly kind: 'wait'; readonly wakeAtReal: number | null; readonly summary: string }
  | { readonly kind: 'finished'; readonly outcome: string };

export interface TurnInput {
  readonly v: 1;
  readonly entryId: string;
  readonly opset: number;
}

export interface TurnActivities {
  turn(input: TurnInput): Promise<Instruction>;
}

/** Sends on a channel's task queue, where Temporal's rate limit and retries act. */
export interface QueueActivities {
  queuedTurn(input: TurnInput): Promise<Instruction>;
}

/** A batch of a broadcast's recipients, by the position of its first. */
export interface BroadcastBatchInput {
  readonly broadcastId: string;
  readonly first: number;
}

export const batchWorkflowType = 'broadcastBatch';

export interface BatchTurnInput extends BroadcastBatchInput {
  readonly v: 1;
  readonly opset: number;
}

/** Takes the first turns of a batch's recipients together. */
export interface BatchActivities {
  batchTurn(input: BatchTurnInput): Promise<Instruction>;
}

/** Workflow tasks, turns of the inline lane and their fall-back. */
export const journeysTaskQueue = 'sojourn-journeys';

/** The activity task queue of a channel, by its name: the queue lane. Runs under way wait on these, so the names stay. */
export function channelTaskQueue(channel: string): string {
  return `sojourn-${channel}`;
}

/** Events of a run after which it continues as new: a cold replay costs about 0.3 CPU-ms an event at every wake. */
export const maxHistoryLength = 150;
