import type { MessageClass } from '../messages/channel.js';

/** The published `policies/classes.yaml`: what a class of message must obey. The class is a property of the approved template version. */
export interface ClassPolicy {
  readonly version: number;
  readonly classes: Readonly<Record<MessageClass, ClassRules>>;
  /** People whom no journey and no broadcast of a held-out class writes to, so that the effect of all of them is known. Absent: nobody. */
  readonly holdout?: { readonly share: number; readonly season: string };
}

export interface ClassRules {
  readonly needsConsent: boolean;
  readonly obeysCaps: boolean;
  readonly countsTowardCaps: boolean;
  readonly obeysQuietHours: boolean;
  /** Whether a person in a holdout goes without it. */
  readonly isHeldOut: boolean;
  /** Coupons, product recommendations and the like; `transactional` may not (lint). */
  readonly mayPromote: boolean;
  /** 0–100; what a step or call that names none has. */
  readonly defaultPriority: number;
}
