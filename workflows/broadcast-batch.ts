import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import { batchTurn } from './activity-proxies.js';
import { type BatchTurnInput, type BroadcastBatchInput, type Instruction, maxHistoryLength, opset } from './contract.js';

/**
 * A batch of a broadcast: it takes the first turns of its recipients, some dozens at a time, until none is left. A recipient who has to
 * wait, or whose turn failed, gets a run of its own (`journeyEntry`). Holds the batch's name and nothing else. Returns the outcome.
 */
export async function broadcastBatch(input: BroadcastBatchInput): Promise<string> {
  const turnInput: BatchTurnInput = { v: 1, ...input, opset };
  let summary = 'first letters';
  for (;;) {
    const next: Instruction = await batchTurn.executeWithOptions({ summary }, [turnInput]);
    switch (next.kind) {
      case 'turn':
        break;
      case 'wait':
        await sleep(Math.max(1, (next.wakeAtReal ?? 0) - Date.now()), { summary: next.summary });
        break;
      case 'finished':
        return next.outcome;
      case 'queued':
        throw new Error('A batch of letters is never queued as a whole.');
      default:
        throw new Error(`This worker (opset ${opset}) does not know the instruction ${(next as { kind: string }).kind}.`);
    }
    summary = next.summary;
    if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= maxHistoryLength)
      await continueAsNew<typeof broadcastBatch>(input);
  }
}
