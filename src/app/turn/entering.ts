import { type EntryHistory, newEntryState } from '../../journey/engine.js';
import type { EntryState } from '../../journey/entry.js';
import type { TurnFacts } from '../../store/turn-snapshot.js';
import type { TurnContext } from './turn-context.js';

/** What is known of the person's other entries of this journey, for re-entry and concurrency. */
export function historyOf(facts: TurnFacts): EntryHistory {
  return { lastEnteredAt: facts.lastEnteredAt, enteredBefore: facts.lastEnteredAt !== null, openOthers: facts.openOthers };
}

/** The state of an armed entry that enters now. The journey's own start is the idle instant, however late the turn comes. */
export function enteredState({ entry, at }: TurnContext): EntryState {
  return newEntryState({ at, startedAt: Math.min(at, entry.dueAt ?? at), trigger: entry.data.trigger, cartId: entry.cartId });
}
