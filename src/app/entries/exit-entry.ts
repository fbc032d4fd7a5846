import { readEntry } from '../../store/entries-read.js';
import { addExitToEntries } from '../../store/held-entries.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
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

/** Takes a person out of every journey they are in. Null: no such person. Answers how many entries were asked to leave. */
export async function exitAllEntries(
  deps: Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>,
  id: string,
  reason: string,
): Promise<number | null> {
  const asked = await deps.store.transaction(async (trx) => {
    const profileId = await findCanonicalProfile(trx, id);
    return profileId === null ? null : addExitToEntries(trx, { of: { profileIds: [profileId] }, reason, at: deps.clock.now() });
  });
  if (asked !== null && asked > 0) deps.notifyRelay();
  return asked;
}
