import { readEntry } from '../../store/entries-read.js';
import { addExitToEntries } from '../../store/held-entries.js';
import type { AppDeps } from '../deps.js';

export type ExitResult =
  | { readonly kind: 'asked' }
  | { readonly kind: 'finished'; readonly outcome: string | null }
  | { readonly kind: 'unknown' };

/** Asks an entry to leave. Its next turn does it, before any message that has not begun to leave; that turn is asked for at once. */
export async function exitEntry(
  deps: Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>,
  entryId: string,
  reason: string,
): Promise<ExitResult> {
  const result = await deps.store.transaction(async (trx): Promise<ExitResult> => {
    if ((await addExitToEntries(trx, { of: { entryId }, reason, at: deps.clock.now() })) > 0) return { kind: 'asked' };
    const entry = await readEntry(trx, entryId);
    return entry === null ? { kind: 'unknown' } : { kind: 'finished', outcome: entry.outcome };
  });
  if (result.kind === 'asked') deps.notifyRelay();
  return result;
}
