import type { CallOutcome } from '../domain/calls/call.js';
import type { Instant } from '../domain/time/instant.js';

/** Asks the shop whether an order came that no event told of. Null: the shop gives no look-up. */
export interface OrderLookup {
  findOrder(query: {
    readonly userId: string | null;
    readonly email: string | null;
    readonly cartToken: string | null;
    readonly since: Instant;
  }): Promise<
    { readonly kind: 'found'; readonly orderedAt: Instant } | { readonly kind: 'none' } | { readonly kind: 'failed'; readonly code: string }
  >;
}

/** Posts a body to a receiver, once. Never throws, and ends in time. */
export type CallReceiver = (call: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}) => Promise<CallOutcome>;
