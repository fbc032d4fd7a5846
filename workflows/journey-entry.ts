import { condition, continueAsNew, defineSignal, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import { inlineTurn, patientTurn, queuedTurnOn } from './activity-proxies.js';
import { type Instruction, type JourneyEntryInput, maxHistoryLength, opset, pokeSignalName, type TurnInput } from './contract.js';

const pokeSignal = defineSignal(pokeSignalName);

type InstructionOf<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>;

/**
 * One entry's run: takes turns, sleeps until the instant that a turn named, wakes when poked. Holds the entry's id and nothing else; what
 * arrived, and what is due, is in the store. Returns the entry's outcome.
 *
 * A change to the order of its commands needs a patch marker and a recorded history (test/histories).
 */
export async function journeyEntry(input: JourneyEntryInput): Promise<string> {
  const turnInput: TurnInput = { v: 1, entryId: input.entryId, opset };
  let poked = false;
  setHandler(pokeSignal, () => {
    poked = true;
  });

  let next: Instruction = { kind: 'turn', summary: 'first turn' };
  for (;;) {
    switch (next.kind) {
      // `poked` is cleared directly before the store is read, and nowhere else: cleared at the top of the loop it lost pokes.
      case 'turn':
        poked = false;
        next = await takeTurn(turnInput, next.summary);
        break;
      case 'queued':
        poked = false;
        next = await takeQueuedTurn(turnInput, next);
        break;
      case 'wait':
        await sleepUntilDueOrPoked(next, () => poked);
        next = { kind: 'turn', summary: next.summary };
        break;
      case 'finished':
        return next.outcome;
      default:
        throw unknownInstruction(next);
    }
    if (next.kind !== 'finished' && historyIsLong()) await continueAsNew<typeof journeyEntry>(input);
  }
}

/**
 * One attempt inline. What failed there is tried again as a normal activity, where the UI shows the failure; a failing turn never fails the
 * run.
 */
async function takeTurn(input: TurnInput, summary: string): Promise<Instruction> {
  try {
    return await inlineTurn.executeWithOptions({ summary }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await patientTurn.executeWithOptions({ summary }, [input]);
  }
}

async function takeQueuedTurn(input: TurnInput, { channel, summary }: InstructionOf<'queued'>): Promise<Instruction> {
  return await queuedTurnOn(channel).executeWithOptions({ summary }, [input]);
}

/** No instant: only a poke wakes it. At least 1 ms: `condition` with 0 writes a marker and an attribute of the SDK's own. */
async function sleepUntilDueOrPoked(wait: InstructionOf<'wait'>, isPoked: () => boolean): Promise<void> {
  if (wait.wakeAtReal === null) await condition(isPoked);
  else await condition(isPoked, Math.max(1, wait.wakeAtReal - Date.now()), { summary: wait.summary });
}

function historyIsLong(): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength >= maxHistoryLength;
}

/** A plain Error fails the workflow task, not the run: a worker that knows the instruction goes on from here. */
function unknownInstruction(instruction: never): Error {
  return new Error(`This worker (opset ${opset}) does not know the instruction ${(instruction as { kind: string }).kind}.`);
}
