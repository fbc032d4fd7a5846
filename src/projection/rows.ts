import type { Answer } from '../domain/answers/answer.js';
import type { ConsentProof, ConsentRecord } from '../domain/consent/consent.js';
import type { Claim } from '../domain/keys/browser-word.js';
import type { Identity } from '../domain/people/identity.js';
import type { Profile } from '../domain/people/profile.js';
import type { ChangedTraits } from '../domain/people/undo-traits.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';

/** A profile and what of it is not yet written. */
export interface ChangedProfile extends Profile {
  readonly traitsChanged: boolean;
  readonly engagementChanged: boolean;
}

/** An answer as it is written. */
export interface AnswerAct extends Answer {
  readonly profileId: ProfileId;
  readonly recordedAt: Instant;
  /** The event that told it; null: the API or a page did. */
  readonly eventId: string | null;
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

/** A claim about a person: who told it, and when. */
export interface NewClaim extends Claim {
  readonly profileId: ProfileId;
  readonly eventId: string;
  readonly keyId: string | null;
  readonly at: Instant;
  readonly receivedAt: Instant;
}

/** An id that became this person's. `was`: whose it was; null: nobody's. */
export interface IdentityBefore extends Identity {
  readonly was: ProfileId | null;
}

/** Something that a key said of a person, which can be undone. */
export interface NewKeyAct {
  readonly keyId: string;
  readonly profileId: ProfileId;
  readonly eventId: string;
  readonly kind: 'traits' | 'consent' | 'claim' | 'identity';
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly kept: ChangedTraits | IdentityBefore | Readonly<Record<string, never>>;
}
