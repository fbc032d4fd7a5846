import type { ContractAlarm, Looked } from './alarm.js';
import { changedCurrencies, changedProperties } from './changed-contents.js';
import { fewEntries, unusedBranches } from './quiet-journeys.js';
import { allSilent, neverSeen, stoppedNames } from './silent-names.js';

/**
 * Says what is wrong with the events that journeys and segments read. Pure: the same counts at the same instant give the same alarms. Each
 * rule waits for so much that a quiet night, a holiday or the end of a sale is no alarm (`test/domain/contracts`).
 */
export function findAlarms(looked: Looked): readonly ContractAlarm[] {
  const silent = allSilent(looked);
  if (silent.length > 0) return silent;
  const stopped = stoppedNames(looked);
  return [
    ...neverSeen(looked),
    ...stopped,
    ...changedProperties(looked),
    ...changedCurrencies(looked),
    ...fewEntries(looked, stopped),
    ...unusedBranches(looked),
  ];
}
