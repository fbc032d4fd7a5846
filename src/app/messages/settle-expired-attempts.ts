import { expireAttempts } from '../../store/expired-attempts.js';
import type { AppDeps } from '../deps.js';

/**
 * Attempts whose lease ended and that no open entry will look at (test sends, entries that ended meanwhile or are stuck) become `unknown`,
 * because no answer of the provider arrived. Returns their number.
 */
export function settleExpiredAttempts({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<number> {
  return expireAttempts(store.db, clock.now());
}
