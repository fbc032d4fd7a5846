import { type About, cartIn } from '../domain/events/subject.js';
import type { EntryInput, EntryState } from '../journey/entry.js';

// Entries and their inputs as JSON. The build before has a cart where there is any subject now, and reads what this one writes while both
// run.

/** What it is about stands in the entry's columns. The build before asks the state whether there is a cart. */
export function storedState(state: EntryState, about: About): unknown {
  return { ...state, cartId: cartIn(about) };
}

export function readState(json: Readonly<Record<string, unknown>>): EntryState {
  const { cartId: _ofBefore, ...state } = json;
  return state as unknown as EntryState;
}

export function storedInput(input: EntryInput): unknown {
  return input.kind === 'fact' ? { ...input, cartMatch: input.shared.includes('cart') } : input;
}

export function readInput(json: EntryInput): EntryInput {
  if (json.kind !== 'fact') return json;
  const { cartMatch, cartId: _ofBefore, ...fact } = json as typeof json & { readonly cartMatch?: boolean; readonly cartId?: unknown };
  return 'shared' in fact ? fact : { ...(fact as typeof json), shared: cartMatch === true ? ['cart'] : [] };
}
