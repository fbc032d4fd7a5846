import { ApplicationFailure } from '@temporalio/common';
import { type FaultSummary, faultWords, summarizeFault } from '../src/domain/values/fault.js';
import { type Instruction, opset, type QueueActivities, type TurnActivities, type TurnInput } from '../workflows/contract.js';

export type Lane = 'inline' | 'queue';

export interface ActivityDeps {
  /** A turn of the entry: one transaction, and perhaps a send. Throws only what trying again can help; the rest is an answer. */
  takeTurn(input: TurnInput, lane: Lane): Promise<Instruction>;
  /** Told of every fault, in words without personal data. */
  onFault(entryId: string, fault: FaultSummary): void;
}

/** The activities of a worker. Each is safe to repeat: the store says what has been done. */
export function createActivities(deps: ActivityDeps): TurnActivities & QueueActivities {
  return {
    turn: (input) => runTurn(deps, input, 'inline'),
    queuedTurn: (input) => runTurn(deps, input, 'queue'),
  };
}

async function runTurn(deps: ActivityDeps, input: TurnInput, lane: Lane): Promise<Instruction> {
  if (input.opset > opset) throw newerWorkflow(input);
  try {
    return await deps.takeTurn(input, lane);
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    const fault = summarizeFault(error);
    deps.onFault(input.entryId, fault);
    throw retryable(input.entryId, fault);
  }
}

/** Always worth another try: what another try cannot help is an answer, and a turn that failed for a bug goes on when the bug is mended. */
function retryable(entryId: string, fault: FaultSummary): ApplicationFailure {
  return withoutStack(
    ApplicationFailure.create({ message: `The turn of entry ${entryId} failed: ${faultWords(fault)}.`, type: fault.type }),
  );
}

/** During a deploy an older worker may be asked by a newer workflow; a newer worker will take the next try. */
function newerWorkflow(input: TurnInput): ApplicationFailure {
  return withoutStack(
    ApplicationFailure.create({
      message: `The turn of entry ${input.entryId} asks for opset ${input.opset}; this worker knows ${opset}.`,
      type: 'NewerWorkflow',
    }),
  );
}

/** A stack names folders of the machine; the message has what matters of it. */
function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = '';
  return failure;
}
