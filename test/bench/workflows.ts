// What the bench's worker runs: our workflow, and beside it the least that Temporal can do, in the same bundle, worker and cache.
import { inlineTurn, patientTurn } from '../../workflows/activity-proxies.js';
import { opset, type TurnInput } from '../../workflows/contract.js';

export { journeyEntry } from '../../workflows/journey-entry.js';

/** The worker's turn answers at once for this entry. */
const nobody: TurnInput = { v: 1, entryId: 'no-op', opset };

/** One normal activity. */
export async function bareNormal(): Promise<string> {
  await patientTurn(nobody);
  return 'completed';
}

/** One local activity. */
export async function bareLocal(): Promise<string> {
  await inlineTurn(nobody);
  return 'completed';
}
