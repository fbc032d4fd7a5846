import type { EntryInput } from '../journey/entry.js';
import { endsByOrder, orderOfInbox } from '../journey/last-look.js';
import type { TurnWorld } from './world.js';

/**
 * Inputs that the entry has not consumed yet; and an order that came under an address which the person shares with somebody, where an order ends the journey.
 * An equal address is a claim: it may end a reminder, and shows nobody anything.
 */
export function toldInputs({ facts, definition }: Pick<TurnWorld, 'facts' | 'definition'>): readonly EntryInput[] {
  const inputs = facts.inputs.map(({ input }) => input);
  return facts.inboxOrderAt !== null && endsByOrder(definition) ? [...inputs, orderOfInbox(facts.inboxOrderAt)] : inputs;
}
