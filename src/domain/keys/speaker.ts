import type { Trust } from '../people/identity.js';

/** A browser key is public: it stands in the shop's pages. A server key is secret. */
export const writeKeyKinds = ['browser', 'server'] as const;
export type WriteKeyKind = (typeof writeKeyKinds)[number];

/** A write key as the doors know it. */
export interface WriteKey {
  readonly id: string;
  readonly kind: WriteKeyKind;
  /** The first of the keys that were rotated into this one: a client's second attempt may come with the next key. */
  readonly lineage: string;
}

/** Who tells an event. */
export interface Speaker {
  readonly kind: WriteKeyKind;
  /** Null: Sojourn itself. */
  readonly keyId: string | null;
  readonly lineage: string | null;
  /** A user token of the shop names the event's `userId`. */
  readonly vouchesUser: boolean;
  /** A user token names the `previousId` of an alias too. */
  readonly vouchesPrevious: boolean;
}

/** Sojourn's own word. */
export const ourselves: Speaker = { kind: 'server', keyId: null, lineage: null, vouchesUser: false, vouchesPrevious: false };

/** Who speaks, and what is to be noted about the token, by a code. */
export interface Voice {
  readonly speaker: Speaker;
  readonly note: string | null;
}

/** Answers who tells an event, by the key of its request and the token that it carries (null: none). */
export type SpeakerOf = (said: { readonly userId: string | null; readonly previousId: string | null }, token: string | null) => Voice;

/** How far this voice is believed about who somebody is. */
export function trustOf({ kind, vouchesUser, vouchesPrevious }: Speaker): Trust {
  if (kind === 'server' || vouchesPrevious) return 'shop';
  return vouchesUser ? 'user' : 'none';
}
