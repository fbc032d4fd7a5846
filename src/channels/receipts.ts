import type { KnownFactName } from '../domain/events/fact.js';
import { bounceStatuses, complaintStatus } from '../domain/messages/bounce.js';
import type { MessageState } from '../domain/messages/message.js';

/** What a provider told of a message afterwards. */
export interface DeliveryReceipt {
  readonly provider: string;
  readonly providerId: string;
  /** The provider's own word: `sent`, `delivered`, `undelivered` … */
  readonly status: string;
  readonly code: string | null;
  /** The address as the provider gives it. */
  readonly to: string | null;
}

/** What a receipt changes, and which fact it is to journeys (null: none). */
export type ToldByReceipt =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'delivery'; readonly state: MessageState; readonly fact: KnownFactName | null }
  /** What a person did with it, which says nothing about the delivery. */
  | { readonly kind: 'deed'; readonly fact: KnownFactName };

/** What a receipt, or a deed of the person, means for a message that stands so. */
export function toldByReceipt(before: MessageState, status: string): ToldByReceipt {
  const deed = deeds[status];
  if (deed !== undefined) return { kind: 'deed', fact: deed };
  const state = stateAfterReceipt(before, status);
  if (status === complaintStatus) return { kind: 'delivery', state, fact: 'message.complained' };
  return state === before ? { kind: 'nothing' } : { kind: 'delivery', state, fact: factOf[state] ?? null };
}

const deeds: Readonly<Partial<Record<string, KnownFactName>>> = { opened: 'message.opened', clicked: 'message.clicked' };
const factOf: Readonly<Partial<Record<MessageState, KnownFactName>>> = {
  delivered: 'message.delivered',
  bounced: 'message.bounced',
  failed: 'message.failed',
};

/**
 * What a receipt makes of a message. The first final state wins, whatever comes late; any other callback proves that the provider had it,
 * so `unknown` and what we took for not sent become `accepted`.
 */
export function stateAfterReceipt(state: MessageState, status: string): MessageState {
  if (state === 'delivered' || state === 'bounced' || state === 'failed') return state;
  switch (status) {
    case 'delivered':
    case 'read':
      return 'delivered';
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return 'failed';
    case bounceStatuses.hard:
    case bounceStatuses.soft:
    case bounceStatuses.policy:
    case bounceStatuses['hard-unconfirmed']:
      return 'bounced';
    default:
      return 'accepted';
  }
}
