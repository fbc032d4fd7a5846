import type { Speaker } from '../keys/speaker.js';
import type { Instant } from '../time/instant.js';
import type { ShopEvent } from './event.js';

/** An event as its source read it, with what the client sent. */
export interface IncomingEvent {
  readonly event: ShopEvent;
  /** The id of the source (`src/sources`) that read it, and reads it again. */
  readonly source: string;
  readonly payload: unknown;
  /** Where it was said, by Segment's names: `ip`, `userAgent`, `page`, `timezone`. What is not known is absent. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Codes about the event itself, told by `event show`: `clock-ahead`. */
  readonly notes: readonly string[];
  /** The user id as the client sent it, where it names nobody. */
  readonly placeholderUserId?: string;
  readonly speaker: Speaker;
}

/** What could not be understood, and why. */
export interface RejectedEvent {
  /** As in `IncomingEvent`. */
  readonly source: string;
  /** A code. */
  readonly reason: string;
  /** A sentence naming the property, never its value. */
  readonly detail: string;
  readonly payload: unknown;
  readonly receivedAt: Instant;
  readonly origin: ShopEvent['origin'];
  /** Null: it came before its key was known. */
  readonly speaker: Speaker | null;
}

/** An event that was read, and means nothing that can be taken. */
export function refuse({ event, source, payload, speaker }: IncomingEvent, reason: string, detail: string) {
  const { receivedAt, origin } = event;
  return { kind: 'refused', rejected: { source, reason, detail, payload, receivedAt, origin, speaker } } as const;
}
