import type { Instruction } from '../../../workflows/contract.js';
import { faultWords, mayPass, summarizeFault } from '../../domain/values/fault.js';
import type { EntryId } from '../../domain/values/ids.js';
import { countTurnFault } from '../../store/turn-faults.js';
import type { AppDeps } from '../deps.js';

/**
 * Counts a turn that failed. After the third time in the same way the entry is stuck: it releases its slots, its run waits, and a person
 * gets a notice. It is tried again every hour, with each input, and by `stuck restart`. Null: it is not stuck, so the caller throws the
 * failure and it is tried again immediately.
 */
export async function countFailedTurn(
  deps: Pick<AppDeps, 'store' | 'clock' | 'log'> & { readonly metrics: Pick<AppDeps['metrics'], 'alarm'> },
  entryId: string,
  cause: unknown,
): Promise<Instruction | null> {
  if (mayPass(cause)) return null;
  const fault = faultWords(summarizeFault(cause));
  const text = `Its turn failed three times in the same way (${fault}): it is stuck, and is tried again every hour.`;
  // A count that cannot be written must not hide what went wrong.
  const stuck = await deps.store
    .transaction((trx) => countTurnFault(trx, { entryId: entryId as EntryId, fault, at: deps.clock.now(), text }))
    .catch(() => null);
  if (stuck === null) return null;
  if (stuck === 'became') {
    deps.log.error({ entryId, fault }, 'A turn failed three times in the same way: its entry is stuck.');
    deps.metrics.alarm('turn-stuck');
  }
  return { kind: 'wait', wakeAtReal: null, summary: 'stuck' };
}
