import type { Reach } from '../domain/messages/channel-kind.js';
import { addressOf, type PlannedContent, type ReadyContent } from './content.js';

/**
 * What is known of a message's content before it is rendered. An ambiguous mail is repeated to the letter, to where it may have gone before, or nowhere: the
 * gate looks at the address that the person has now. Null: it is rendered. `stored`: as it left before; null: it never did, or must not be repeated.
 */
export function knownContent(stored: ReadyContent | null, address: Reach): PlannedContent | null {
  if (stored !== null && address.kind === 'ok' && addressOf(stored.outgoing) !== address.address)
    return { kind: 'empty', problem: 'the address is another one since it may have left' };
  if (stored !== null) return stored;
  return address.kind === 'ok' ? null : { kind: 'empty', problem: 'no address to render for' };
}
