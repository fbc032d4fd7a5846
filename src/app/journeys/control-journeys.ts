import { channels } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import { readBreaker, writeBreaker } from '../../store/breakers.js';
import { deletePause, insertPause, type PauseScope, readPausedProviders, readPauses } from '../../store/controls.js';
import { addExitToEntries, resumeHeldEntries } from '../../store/held-entries.js';
import { type JourneyState, lockJourney, setJourneyState } from '../../store/journeys.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>;

export type ControlResult =
  | { readonly kind: 'done'; readonly state: JourneyState; readonly entries: number }
  /** It stood so already. */
  | { readonly kind: 'unchanged'; readonly state: JourneyState }
  | { readonly kind: 'unknown-journey' }
  | { readonly kind: 'refused'; readonly reason: string };

/** New entries stop at once, and every send of the journey is held where it falls due; waits go on. */
export async function pauseJourney(deps: Deps, journeyId: string): Promise<ControlResult> {
  return deps.store.transaction(async (trx): Promise<ControlResult> => {
    const journey = await lockJourney(trx, journeyId);
    if (journey === null) return { kind: 'unknown-journey' };
    if (journey.state === 'archived')
      return { kind: 'refused', reason: `The journey ${journeyId} is archived: it sends nothing, so there is nothing to pause.` };
    if (journey.state === 'paused') return { kind: 'unchanged', state: 'paused' };
    const at = deps.clock.now();
    await setJourneyState(trx, journeyId, 'paused', at, at);
    return { kind: 'done', state: 'paused', entries: 0 };
  });
}

/**
 * Held entries continue, spread over some seconds, each by its journey's `catch_up`. `entries`: how many were held. Two transactions:
 * lifting the pause waits for every turn that is just holding an entry on it (`readPause`), which has that entry locked; looking for held
 * entries in the same transaction would wait in a circle. Resuming again finds what a crash between the two left.
 */
export async function resumeJourney(deps: Deps, journeyId: string): Promise<ControlResult> {
  const lifted = await deps.store.transaction(async (trx): Promise<ControlResult & { readonly pausedAt?: Instant }> => {
    const journey = await lockJourney(trx, journeyId);
    if (journey === null) return { kind: 'unknown-journey' };
    if (journey.state === 'archived')
      return { kind: 'refused', reason: `The journey ${journeyId} is archived. Publish it under a new id to run it again.` };
    if (journey.state === 'active') return { kind: 'unchanged', state: 'active' };
    const at = deps.clock.now();
    await setJourneyState(trx, journeyId, 'active', null, at);
    const scope = { kind: 'journey', id: journeyId } as const;
    // The person who resumes has found the cause: the breaker counts from zero again.
    if ((await readBreaker(trx, scope))?.trip) await writeBreaker(trx, scope, null, at);
    return { kind: 'done', state: 'active', entries: 0, pausedAt: journey.pausedAt ?? at };
  });
  if (lifted.kind !== 'done' && lifted.kind !== 'unchanged') return lifted;
  const entries = await releaseHeld(deps, journeyId, lifted.kind === 'done' ? (lifted.pausedAt ?? null) : null);
  return lifted.kind === 'done' || entries > 0 ? { kind: 'done', state: 'active', entries } : lifted;
}

/** The end of a journey: nobody enters, and everyone in it leaves with the reason `archived`. There is no way back. */
export async function archiveJourney(deps: Deps, journeyId: string): Promise<ControlResult> {
  const result = await deps.store.transaction(async (trx): Promise<ControlResult> => {
    const journey = await lockJourney(trx, journeyId);
    if (journey === null) return { kind: 'unknown-journey' };
    if (journey.state === 'archived') return { kind: 'unchanged', state: 'archived' };
    const at = deps.clock.now();
    await setJourneyState(trx, journeyId, 'archived', null, at);
    return { kind: 'done', state: 'archived', entries: await addExitToEntries(trx, { of: { journeyId }, reason: 'archived', at }) };
  });
  if (result.kind === 'done') deps.notifyRelay();
  return result;
}

export type SendingResult =
  | { readonly kind: 'paused'; readonly since: Instant }
  | { readonly kind: 'resumed'; readonly entries: number }
  | { readonly kind: 'unchanged' };

/** The kill switch: from the next decision on nothing leaves on this scope. What is at a provider already may still arrive. */
export async function pauseSending(deps: Deps, scope: PauseScope): Promise<SendingResult> {
  const at = deps.clock.now();
  const stopped = await deps.store.transaction((trx) => insertPause(trx, scope, at));
  return stopped ? { kind: 'paused', since: at } : { kind: 'unchanged' };
}

/** Lifts the kill switch of one scope. Entries that another switch or their journey's pause still stops stay held. */
export async function resumeSending(deps: Deps, scope: PauseScope): Promise<SendingResult> {
  const since = await deps.store.transaction((trx) => deletePause(trx, scope));
  const entries = await releaseHeld(deps, null, since);
  return since === null && entries === 0 ? { kind: 'unchanged' } : { kind: 'resumed', entries };
}

/** Resumes the held entries that nothing stops any more: of one journey, or of all that are active. */
export async function releaseHeld(deps: Deps, journeyId: string | null, pausedAt: Instant | null): Promise<number> {
  const entries = await deps.store.transaction(async (trx) => {
    const pauses = await readPauses(trx);
    // All sends are stopped by another switch: its resume will find these entries.
    if (pauses.all !== null) return 0;
    const exceptChannels = channels.filter((channel) => pauses[channel] !== null);
    const at = deps.clock.now();
    const exceptProviders = await readPausedProviders(trx);
    return resumeHeldEntries(trx, { journeyId, exceptChannels, exceptProviders, at, pausedAt: pausedAt ?? at });
  });
  if (entries > 0) deps.notifyRelay();
  return entries;
}

/** Which kill switches are on, and since when. */
export async function showPauses(deps: Pick<AppDeps, 'store'>): Promise<Readonly<Record<PauseScope, Instant | null>>> {
  return readPauses(deps.store.db);
}
