import type { Instant } from '../time/instant.js';
import type { CartId, ProfileId } from '../values/ids.js';

export interface CartLine {
  readonly productId: string;
  readonly variant: string;
  readonly name: string;
  readonly quantity: number;
  /** Price of one, in the currency's major unit, as the client sent it. */
  readonly price: number;
  readonly currency: string | null;
  readonly imageUrl: string | null;
  readonly url: string | null;
}

export interface Cart {
  readonly id: CartId;
  readonly profileId: ProfileId;
  /** The newest of the shop's own tokens for it; what a link that restores the cart carries. */
  readonly token: string;
  readonly state: 'open' | 'ordered';
  readonly lines: readonly CartLine[];
  /** Of all its lines; null: nobody said, or they have several. */
  readonly currency: string | null;
  /** Sum of quantity × price over the lines; 0 where they have several currencies (`totalsByCurrency`). */
  readonly value: number;
  readonly updatedAt: Instant;
}
