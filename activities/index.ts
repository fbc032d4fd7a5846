import { ApplicationFailure } from '@temporalio/common';
import { type FaultSummary, faultWords, summarizeFault } from '../src/domain/values/fault.js';
import {
  type BatchActivities,
  type BatchTurnInput,
  type Instruction,
  opset,
  type QueueActivities,
  type TurnActivities,
  type TurnInput,
} from '../workflows/contract.js';

export type Lane = 'inline' | 'queue';

export interface ActivityDeps {
  /** A turn of the entry: one transaction, and perhaps a send. Throws only what trying again can help; the rest is an answer. */
  takeTurn(input: TurnInput, lane: Lane): Promise<Instruction>;
  /** The first turns of a batch of letters. Throws what trying again can help. */
  takeBatchTurn(input: BatchTurnInput): Promise<Instruction>;
  /** Told of every fault, in words without personal data. */
  onFault(of: string, fault: FaultSummary): void;
}

/** The activities of a worker. Each is safe to repeat: the store says what has been done. */
export function createActivities(deps: ActivityDeps): TurnActivities & QueueActivities & BatchActivities {
  return {
    turn: (input) => runTurn(deps, input, 'inline'),
    queuedTurn: (input) => runTurn(deps, input, 'queue'),
    batchTurn: (input) => run(deps, input, `the batch ${input.first} of broadcast ${input.broadcastId}`, () => deps.takeBatchTurn(input)),
  };
}

function runTurn(deps: ActivityDeps, input: TurnInput, lane: Lane): Promise<Instruction> {
  return run(deps, input, `entry ${input.entryId}`, () => deps.takeTurn(input, lane));
}

async function run(
  deps: Pick<ActivityDeps, 'onFault'>,
  input: { readonly opset: number },
  of: string,
  take: () => Promise<Instruction>,
): Promise<Instruction> {
  if (input.opset > opset) throw newerWorkflow(input.opset, of);
  try {
    return await take();
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    const fault = summarizeFault(error);
    deps.onFault(of, fault);
    throw retryable(of, fault);
  }
}

/** Always worth another try: what another try cannot help is an answer, and a turn that failed for a bug goes on when the bug is mended. */
function retryable(of: string, fault: FaultSummary): ApplicationFailure {
  return withoutStack(ApplicationFailure.create({ message: `The turn of ${of} failed: ${faultWords(fault)}.`, type: fault.type }));
}

/** During a deploy an older worker may be asked by a newer workflow; a newer worker will take the next try. */
function newerWorkflow(asked: number, of: string): ApplicationFailure {
  return withoutStack(
    ApplicationFailure.create({
      message: `The turn of ${of} asks for opset ${asked}; this worker knows ${opset}.`,
      type: 'NewerWorkflow',
    }),
  );
}

/** A stack names folders of the machine; the message has what matters of it. */
function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = '';
  return failure;
}
