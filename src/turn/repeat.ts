import type { Reach } from '../domain/messages/channel-kind.js';
import { addressOf, type PlannedContent, type ReadyContent } from './content.js';

/**
 * The known content of a message before it is rendered. A mail with an unknown result is repeated unchanged, to the same address or not at
 * all: the gate checks the person's present address. Null: it is rendered. `stored`: the content as it was sent before; null: it was not,
 * or must not be repeated.
 */
export function knownContent(stored: ReadyContent | null, address: Reach): PlannedContent | null {
  if (stored !== null && address.kind === 'ok' && addressOf(stored.outgoing) !== address.address)
    return { kind: 'empty', problem: 'the address is another one since it may have left' };
  if (stored !== null) return stored;
  return address.kind === 'ok' ? null : { kind: 'empty', problem: 'no address to render for' };
}
