import type { IncomingEvent } from '../domain/events/incoming.js';
import type { ToldByStep } from '../domain/events/own-event.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';
import type { ConsentAct } from '../projection/rows.js';
import type { MemoryMessage } from '../simulator/memory/tables.js';

/** What is recorded of people who are played together, because they share an inbox or a cart. Instants are service instants. */
export interface Recorded {
  readonly people: readonly ProfileId[];
  /** All events up to the end of the replay, also those from before it begins. */
  readonly events: readonly RecordedEvent[];
  /** Acts of consent that no event told: of the API, a page, an agent. */
  readonly consents: readonly ConsentAct[];
  /** Traits that no event told, such as a choice in the preference centre. */
  readonly traits: readonly RecordedTrait[];
  /** Messages that really went out and that the replay does not play itself. */
  readonly messages: readonly RecordedMessage[];
  /** What the person did with messages that went out: it engaged them. */
  readonly answers: readonly RecordedAnswer[];
  /** Entries that began before the replay does. */
  readonly entries: readonly RecordedEntry[];
  /** Since when nothing, or no marketing, goes to an address. */
  readonly refusals: readonly RecordedRefusal[];
}

export interface RecordedEvent {
  readonly profileId: ProfileId;
  readonly incoming: IncomingEvent;
  /** A step of a journey said it. Absent: it came from outside. */
  readonly own?: ToldByStep;
}

export interface RecordedTrait {
  readonly profileId: ProfileId;
  readonly name: string;
  readonly value: unknown;
  readonly at: Instant;
}

/** `at`: when it left. */
export interface RecordedMessage
  extends Pick<
    MemoryMessage,
    | 'id'
    | 'origin'
    | 'journeyId'
    | 'step'
    | 'profileId'
    | 'channel'
    | 'class'
    | 'topic'
    | 'priority'
    | 'template'
    | 'state'
    | 'countsTowardCap'
  > {
  readonly at: Instant;
  readonly acceptedAt: Instant | null;
  /** Its links tell of clicks. */
  readonly isTracked: boolean;
}

/** An open or a click of a person. */
export interface RecordedAnswer {
  readonly profileId: ProfileId;
  readonly messageId: string;
  readonly kind: 'open' | 'click';
  readonly at: Instant;
}

export interface RecordedEntry {
  readonly id: string;
  readonly journeyId: string;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly cartId: CartId | null;
  /** Names of that cart. */
  readonly cartTokens: readonly string[];
  readonly createdAt: Instant;
  /** Null: it never entered. */
  readonly enteredAt: Instant | null;
  /** Null: it goes on. */
  readonly finishedAt: Instant | null;
}

export interface RecordedRefusal {
  readonly kind: 'suppressed' | 'unsubscribed';
  readonly channel: Channel;
  /** Normalised. */
  readonly address: string;
  readonly reason: string;
  readonly at: Instant;
}
