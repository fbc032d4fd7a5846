import { hour, type Instant } from './instant.js';

/** Segment's call types: what kind of thing a client says. */
export const eventTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type EventType = (typeof eventTypes)[number];

/** One event of a shop's client, checked at the edge and set on the service clock. */
export interface ShopEvent {
  /** The client's own id: the same event sent twice is one event. */
  readonly messageId: string;
  readonly type: EventType;
  /** Name of a track, page or screen call. */
  readonly name: string | null;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  /** Alias only: the id by which the person was known before. */
  readonly previousId: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Identify and group only. */
  readonly traits: Readonly<Record<string, unknown>>;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
  /** `import` projects and triggers nothing. */
  readonly origin: 'live' | 'import';
}

/** Events later than this project facts and trigger nothing (semantics §1.21). */
export const lateLimitMs = 6 * hour;

/** May this event start or wake a journey? */
export function mayTrigger(event: Pick<ShopEvent, 'occurredAt' | 'receivedAt' | 'origin'>): boolean {
  return event.origin === 'live' && event.receivedAt - event.occurredAt <= lateLimitMs;
}

/**
 * When an event happened, on the service clock. The client's clock may be wrong, but `sentAt − timestamp` is measured by one clock: that long
 * before its arrival it happened (Segment's rule), and so much service time as passed in it: `rate` is that of the service clock. Imports, and events without `sentAt`, keep their timestamp. Nothing happens in the
 * future: what would is set to its arrival, and `clamped` says so.
 */
export function happenedAt(times: {
  readonly timestamp: Instant | null;
  readonly sentAt: Instant | null;
  readonly receivedAt: Instant;
  readonly origin: 'live' | 'import';
  readonly rate: number;
}): { readonly at: Instant; readonly clamped: boolean } {
  const { timestamp, sentAt, receivedAt, origin, rate } = times;
  if (timestamp === null) return { at: receivedAt, clamped: false };
  const at = sentAt === null || origin === 'import' ? timestamp : receivedAt - (sentAt - timestamp) * rate;
  return at > receivedAt ? { at: receivedAt, clamped: true } : { at, clamped: false };
}
