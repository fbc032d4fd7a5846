import type { ToldProduct } from '../domain/catalogue/product.js';
import type { EventType, ShopEvent } from '../domain/events/event.js';
import type { Instant } from '../domain/time/instant.js';

/**
 * A door's format as one value. What all formats have in common is the kit's (`src/sources/kit`): the key that vouches, limits, clocks, ids
 * that name nobody, dead letters and their retry, and the replay of what is stored.
 */
export interface Source {
  /** Dead letters and events carry it, so it stays. Small letters, digits and hyphens. */
  readonly id: string;
  /** Where bodies come in: the part of the path below `/v1/`, and the call that is made there. */
  readonly paths: Readonly<Record<string, string>>;
  /** Takes a body apart; what is undefined was no JSON. */
  readonly readBody: (body: unknown, call: string) => BodyReading;
  /**
   * Reads one event: as `readBody` gave it, with what stood beside it, or as it was kept. What is kept is what this is given, and the
   * `messageId`; it must be enough to be read again.
   */
  readonly readEvent: (raw: Fields) => EventSaid | Unreadable;
  /** Characters of an event's JSON, where the kit's limit is too low for the format. */
  readonly largestEvent?: number;
  /** Where bodies come in that are signed by who sends them, and need no key. */
  readonly signed?: SignedDoor;
}

/** `POST /v1/<path>`. `:account` in the path is the sender's own name of the shop. */
export interface SignedDoor {
  /** Who signs, as people know them. */
  readonly by: string;
  readonly path: string;
  /** Is the body, as it came, signed by one of these secrets? In constant time. */
  readonly isSigned: (bytes: Buffer, headers: Headers, secrets: readonly string[]) => boolean;
  /** Takes a delivery apart; what is undefined was no JSON. `at`: now. */
  readonly readDelivery: (body: unknown, headers: Headers, at: Instant) => SignedReading;
}

/** Names in small letters. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a signed delivery tells. What cannot be read is kept for a person to look at: `keeps`, or else the body. */
export type SignedReading =
  | {
      readonly kind: 'delivery';
      /** Each is read by `readEvent`. */
      readonly events: readonly { readonly raw: Fields; readonly origin: ShopEvent['origin'] }[];
      readonly products: readonly ToldProduct[];
      /** People to erase, by every id and address that is named. */
      readonly erase: readonly Named[];
    }
  | (Unreadable & { readonly keeps?: Fields });

/** A person whom a request names, by every id and address that it has. */
export interface Named {
  readonly userIds: readonly string[];
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
}

export type Fields = Readonly<Record<string, unknown>>;

/** `by-age`: what is more than six hours old, or does not say, is history. */
export type SaidOrigin = ShopEvent['origin'] | 'by-age';

export type BodyReading =
  | {
      readonly kind: 'events';
      readonly origin: SaidOrigin;
      /** Alone, an event that cannot be taken is refused with the reason; in a batch the rest is stored, and the answer is 200. */
      readonly isBatch: boolean;
      readonly events: readonly unknown[];
      /** What the body says of all of them, added to each. */
      readonly beside: Fields;
    }
  | (Unreadable & { readonly origin: SaidOrigin });

/** Why it cannot be read: a code, and a sentence naming the property, never its value. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: string;
  readonly detail: string;
}

/** What an event says, in Segment's terms. */
export interface EventSaid {
  readonly kind: 'said';
  readonly type: EventType;
  /** Of a track call what happened; of a page or a screen its name. */
  readonly name: string | null;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  /** Alias only. */
  readonly previousId: string | null;
  /** The client's own id of the event, its own among all sources. Null: its content says which it is. */
  readonly messageId: string | null;
  readonly properties: Fields;
  readonly traits: Fields;
  /** When it happened, as written; the first that can be read counts. */
  readonly stamps: readonly unknown[];
  /** When it was sent, as written. */
  readonly sentAt: unknown;
  /** By Segment's names: `ip`, `userAgent`, `page`, `timezone`. */
  readonly context: Fields;
}
