import type { EntryInput } from '../journey/entry.js';
import { endsByOrder, orderOfInbox } from '../journey/last-look.js';
import type { TurnWorld } from './world.js';

/**
 * Inputs that the entry has not consumed yet; and an order of another person with the same address, if an order ends the journey. An equal
 * address is only a claim: it may end a reminder, but shows no data.
 */
export function toldInputs({ facts, definition }: Pick<TurnWorld, 'facts' | 'definition'>): readonly EntryInput[] {
  const inputs = facts.inputs.map(({ input }) => input);
  return facts.inboxOrderAt !== null && endsByOrder(definition) ? [...inputs, orderOfInbox(facts.inboxOrderAt)] : inputs;
}
