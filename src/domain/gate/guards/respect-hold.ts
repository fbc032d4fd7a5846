import { holdAt } from '../../holds/hold.js';
import { promotes } from '../../messages/message-class.js';
import type { Guard } from './guard.js';

/**
 * Marketing waits while the person has a case with the team: until it is over, at most until the deadline, since it may be over before.
 */
export const respectHold: Guard = ({ class: messageClass, at, deadlineAt }, { holds }) => {
  const hold = promotes(messageClass) ? holdAt(holds, at) : null;
  if (hold === null) return null;
  const { endsWith, taskId, reason, until } = hold;
  const detail = { rule: endsWith, cause: reason, ...(taskId === null ? {} : { task: taskId }), next: until };
  return at < deadlineAt
    ? { kind: 'defer', until: Math.min(until, deadlineAt), reason: 'on-hold', detail }
    : { kind: 'skip', reason: 'on-hold', detail };
};
