import { broadcastJourneyId } from '../../journey/internal.js';
import { type BroadcastRecord, type BroadcastState, lockBroadcast, setBroadcastState } from '../../store/broadcasts.js';
import type { Trx } from '../../store/db.js';
import { addExitToEntries } from '../../store/held-entries.js';
import { lockJourney, setJourneyState } from '../../store/journeys.js';
import type { AppDeps } from '../deps.js';
import { pauseJourney, resumeJourney } from '../journeys/control-journeys.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>;

export type BroadcastControlResult =
  | { readonly kind: 'done' | 'unchanged'; readonly state: BroadcastState }
  | { readonly kind: 'unknown' }
  /** A sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Nobody further falls due, and what waits is held. What is with a provider may still arrive. */
export async function pauseBroadcast(deps: Deps, id: string): Promise<BroadcastControlResult> {
  const result = await change(deps, id, async (trx, broadcast) => {
    if (broadcast.state === 'paused') return 'unchanged';
    const settings = { ...broadcast.settings, pausedAt: deps.clock.now() };
    await setBroadcastState(trx, id, { state: 'paused', settings });
    return 'paused';
  });
  // Repeated where it stood so already: a crash may have come between.
  if (result.kind === 'done' || result.kind === 'unchanged') await pauseJourney(deps, broadcastJourneyId(id));
  return result;
}

/** It goes on at its pace, behind the recipients that it had come to; the rest of it by as much later as it was paused. */
export async function resumeBroadcast(deps: Deps, id: string): Promise<BroadcastControlResult> {
  const result = await change(deps, id, async (trx, broadcast) => {
    if (broadcast.state === 'running') return 'unchanged';
    const { pausedAt } = broadcast.settings;
    const now = deps.clock.now();
    const missedMs = pausedAt === null ? 0 : Math.max(0, now - Math.max(pausedAt, broadcast.startsAt));
    await setBroadcastState(trx, id, {
      state: 'running',
      settings: { ...broadcast.settings, pausedAt: null },
      startsAt: broadcast.startsAt + missedMs,
    });
    return 'running';
  });
  if (result.kind === 'done' || result.kind === 'unchanged') await resumeJourney(deps, broadcastJourneyId(id));
  return result;
}

/** Ends it: no more recipients fall due, and people who still wait exit without the message. This cannot be undone. */
export async function cancelBroadcast(deps: Deps, id: string): Promise<BroadcastControlResult> {
  const result = await deps.store.transaction(async (trx): Promise<BroadcastControlResult> => {
    const broadcast = await lockBroadcast(trx, id);
    if (broadcast === null) return { kind: 'unknown' };
    if (broadcast.state === 'cancelled') return { kind: 'unchanged', state: 'cancelled' };
    if (broadcast.state === 'finished') return { kind: 'refused', reason: 'The broadcast has finished: there is nothing left to cancel.' };
    const at = deps.clock.now();
    const journeyId = broadcastJourneyId(id);
    await setBroadcastState(trx, id, { state: 'cancelled', finishedAt: at });
    await lockJourney(trx, journeyId);
    await setJourneyState(trx, journeyId, 'archived', null, at);
    await addExitToEntries(trx, { of: { journeyId }, reason: 'cancelled', at });
    return { kind: 'done', state: 'cancelled' };
  });
  if (result.kind === 'done') deps.notifyRelay();
  return result;
}

async function change(
  deps: Deps,
  id: string,
  act: (trx: Trx, broadcast: BroadcastRecord) => Promise<'unchanged' | 'paused' | 'running'>,
): Promise<BroadcastControlResult> {
  return deps.store.transaction(async (trx): Promise<BroadcastControlResult> => {
    const broadcast = await lockBroadcast(trx, id);
    if (broadcast === null) return { kind: 'unknown' };
    if (broadcast.state === 'cancelled' || broadcast.state === 'finished')
      return { kind: 'refused', reason: `The broadcast is ${broadcast.state}: start another one instead.` };
    const state = await act(trx, broadcast);
    return state === 'unchanged' ? { kind: 'unchanged', state: broadcast.state } : { kind: 'done', state };
  });
}
