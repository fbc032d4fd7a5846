import type { Transaction } from 'kysely';
import type { Clock } from '../domain/clock.js';
import type { Fact } from '../domain/fact.js';
import type { Database } from '../store/schema.js';

/** What one fact did, or why it did nothing: `event show` tells it in these words. */
export interface Matched {
  readonly eventId: string;
  readonly fact: string;
  readonly journeyId: string | null;
  readonly entryId: string | null;
  readonly result: 'armed' | 'postponed' | 'entered' | 'input' | 'not-entered' | 'joined' | 'no-match';
  readonly reason: string | null;
}

/**
 * Matches facts against live triggers and the waits of entries, inside the caller's transaction: arms, enters, adds inputs, pokes.
 * The caller has locked the canonical profiles (ascending) and carts, and written what the facts speak of. `trigger: false` for imports and
 * events more than 6 h late: they wake waits of no one and start nothing.
 */
export async function matchFacts(_trx: Transaction<Database>, _facts: readonly Fact[], _context: { readonly clock: Clock; readonly trigger: boolean }): Promise<readonly Matched[]> {
  return [];
}
