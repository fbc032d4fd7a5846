import { stopsOnlyMarketing, stopsTransactional } from '../../consent/suppression.js';
import type { Guard } from './guard.js';

/** A suppressed address gets nothing; a transactional message passes unless the address itself is dead or stopped. */
export const respectSuppression: Guard = ({ class: messageClass, channel }, { suppression }) => {
  if (suppression === null) return null;
  if (messageClass === 'transactional' && !stopsTransactional(suppression.reason)) return null;
  if (messageClass === 'service' && stopsOnlyMarketing(suppression.reason)) return null;
  return { kind: 'skip', reason: 'suppressed', detail: { channel, cause: suppression.reason } };
};
