import type { ConsentProof, ConsentRecord } from '../domain/consent.js';
import type { CartId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { Profile } from '../domain/profile.js';

/** A profile and what of it is not yet written. */
export interface ChangedProfile extends Profile {
  readonly traitsChanged: boolean;
  readonly engagementChanged: boolean;
}

/** One act with its proof. The ledger only grows. */
export interface ConsentAct extends ConsentRecord, ConsentProof {
  readonly profileId: ProfileId;
  readonly recordedAt: Instant;
  /** The event that told it; null when the API or a page did. */
  readonly eventId: string | null;
}

export interface OrderChange {
  readonly orderId: string;
  readonly profileId: ProfileId;
  readonly cartId: CartId | null;
  /** Null: the event says nothing about it (`Order Updated`). */
  readonly status: 'paid' | 'cancelled' | 'refunded' | null;
  readonly total: number | null;
  readonly currency: string | null;
  readonly at: Instant;
}
