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

/**
 * Shopify's Admin API, of the shop that is connected. Paces itself by what the API says is left, tries again within bounds, never throws.
 */
export interface ShopAdmin {
  /** The shop's name at Shopify, such as `beans.myshopify.com`. */
  readonly shop: string;
  readonly ask: (document: string, variables: Readonly<Record<string, unknown>>) => Promise<AdminAnswer>;
}

export type AdminAnswer =
  /** `denied`: parts of the answer that the app may not see, by their paths; they are null in it. */
  { readonly kind: 'answered'; readonly data: Readonly<Record<string, unknown>>; readonly denied: readonly string[] } | AdminFailure;

/** `sentence`: what is wrong and how to mend it, without anything of the answer that may be a person's. */
export interface AdminFailure {
  readonly kind: 'failed';
  readonly code: string;
  readonly sentence: string;
}
