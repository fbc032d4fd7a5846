import type { Claim } from '../domain/browser-word.js';
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
  /** Absent: not a browser key. */
  readonly toldBy?: 'browser' | null;
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

/** A claim about a person: who told it, and when. */
export interface NewClaim extends Claim {
  readonly profileId: ProfileId;
  readonly eventId: string;
  readonly keyId: string | null;
  readonly at: Instant;
  readonly receivedAt: Instant;
}

/** Traits before a key changed them, and when those had been said. A trait that was not there is missing in both. */
export interface TraitsBefore {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly times: Readonly<Record<string, Instant>>;
  readonly changed: readonly string[];
}

/** Something that a key said of a person, which can be undone. */
export interface NewKeyAct {
  readonly keyId: string;
  readonly profileId: ProfileId;
  readonly eventId: string;
  readonly kind: 'traits' | 'consent' | 'claim';
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly kept: TraitsBefore | Readonly<Record<string, never>>;
}
