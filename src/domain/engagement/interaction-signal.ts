import { day, type Instant } from '../time/instant.js';
import type { Signal } from './state.js';

/** What an open or a click of a person says of their engagement. */
export function interactionSignal(kind: 'open' | 'click', messageId: string, at: Instant): Signal {
  return { kind: kind === 'click' ? 'human_click' : 'reliable_open', key: signalKey(kind, messageId, at) };
}

/** Reading one message again on the same day says nothing new. */
export function signalKey(kind: string, messageId: string, at: Instant): string {
  return `${kind}/${messageId}/${Math.floor(at / day)}`;
}
