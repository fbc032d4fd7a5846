import { decideEntry, type EngineContext, type EntryHistory, newEntryState } from '../journey/engine.js';
import type { EntryInput, EntryState } from '../journey/entry.js';
import { isHeldOut } from './holdout.js';
import type { TurnWorld } from './world.js';

/** What becomes of an armed entry now. */
export type Arming =
  /** Its idle instant is still to come. */
  | { readonly kind: 'not-due' }
  /** The journey is paused: whether it enters is decided when that is over. */
  | { readonly kind: 'held' }
  | { readonly kind: 'not-entered'; readonly reason: string; readonly text: string }
  | { readonly kind: 'enters'; readonly state: EntryState; readonly inputs: readonly EntryInput[] };

/** May the armed one enter? Who was taken out does not; then it must be due; then the journey must run; then its own rules count. */
export function arming(world: TurnWorld, engine: EngineContext, inputs: readonly EntryInput[]): Arming {
  const { entry, at, definition, pauses } = world;
  const asked = inputs.find(({ kind }) => kind === 'exit');
  if (asked?.kind === 'exit') return notEntered(asked.reason, `Did not enter: ${asked.reason}.`);
  const dueAt = entry.dueAt ?? at;
  if (dueAt > at) return { kind: 'not-due' };
  if (entry.journeyState === 'archived') return notEntered('archived', 'Did not enter: the journey was archived.');
  if (pauses.journey) return { kind: 'held' };
  const { catchUp } = definition;
  const isResumed = inputs.some(({ kind }) => kind === 'resume');
  if (isResumed && catchUp.kind === 'send_if_within' && at - dueAt > catchUp.ms)
    return notEntered('paused', 'Did not enter: the journey was paused when it was time, and that was too long ago.');
  const decision = decideEntry(engine, historyOf(world));
  if (decision.kind === 'not-entered') return notEntered(decision.reason, decision.text);
  return { kind: 'enters', state: enteredState(world, dueAt), inputs: inputs.filter(({ kind }) => kind === 'fact') };
}

/** The journey's own start is the idle instant, however late the turn comes. */
function enteredState(world: TurnWorld, dueAt: number): EntryState {
  const { entry, at } = world;
  const state = newEntryState({ at, startedAt: Math.min(at, dueAt), trigger: entry.data.trigger, depth: entry.data.depth });
  return isHeldOut(world) ? { ...state, isHeldOut: true } : state;
}

function historyOf({ facts, definition: { entry } }: TurnWorld): EntryHistory {
  const isPerKey = entry.reentry.kind !== 'always' && entry.reentry.per === 'key';
  const lastEnteredAt = isPerKey ? facts.lastOfKeyAt : facts.lastEnteredAt;
  return { lastEnteredAt, enteredBefore: lastEnteredAt !== null, openOthers: facts.openOthers };
}

function notEntered(reason: string, text: string): Arming {
  return { kind: 'not-entered', reason, text };
}
