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
