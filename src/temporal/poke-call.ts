import type { ClaimedPoke } from '../store/pokes.js';

/** The call that a due poke asks for. */
export type PokeCall =
  /** Start unless it is there; `delayMs` real milliseconds until its first turn. Adds nothing to a run that is there. */
  | { readonly kind: 'ensure'; readonly delayMs: number }
  /** Signal, and start when it is not there. */
  | { readonly kind: 'wake' };

/**
 * Ensure when nothing needs it to look now: never started, or not yet due. Wake otherwise: an input is there, it is past due, or another
 * closed the entry and its run is to end. `dueReal` and `now` in real milliseconds; no due instant counts as due.
 *
 * An entry that was never started but has inputs is woken, too: its start may have happened although the process died before it was written
 * down, and ensuring adds nothing to a run that waits.
 */
export function pokeCall(
  entry: Pick<ClaimedPoke, 'state' | 'runStarted' | 'hasInputs'>,
  { dueReal, now }: { readonly dueReal: number | null; readonly now: number },
): PokeCall {
  if (entry.state === 'finished' || entry.hasInputs) return { kind: 'wake' };
  const delayMs = Math.max(0, (dueReal ?? now) - now);
  return !entry.runStarted || delayMs > 0 ? { kind: 'ensure', delayMs } : { kind: 'wake' };
}
