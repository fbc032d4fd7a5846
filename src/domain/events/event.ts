import { day, hour, type Instant, minute } from '../time/instant.js';

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

/** Events later than this project facts and trigger nothing. */
export const lateLimitMs = 6 * hour;

/** May this event start or wake a journey? */
export function mayTrigger(event: Pick<ShopEvent, 'occurredAt' | 'receivedAt' | 'origin'>): boolean {
  return event.origin === 'live' && event.receivedAt - event.occurredAt <= lateLimitMs;
}

/** What becomes of a client's time stamp: `impossible` lies more than a day in the future. */
export type StampVerdict = 'kept' | 'clamped' | 'impossible';

/** A client that repeats a request with its first `sentAt` gives up within this long. */
const retriedWithinMs = 24 * hour;
/** Clocks that are set to another zone are wrong by quarters of an hour. */
const zoneStepMs = 15 * minute;
const zoneSlackMs = 10_000;

/**
 * When an event happened, on the service clock. The client's clock may be wrong, but `sentAt − timestamp` is measured by one clock: that
 * long before its arrival it happened (Segment's rule), and so much service time as passed in it: `rate` is that of the service clock.
 * Imports, and events without `sentAt`, keep their timestamp. No event is in the future: such an event gets the time of its arrival, and
 * `verdict` says so.
 *
 * Some clients keep their first `sentAt` when they try again. A delay that may be a retry is not treated as a wrong clock: then the
 * timestamp is not corrected, except for events that end something (`ends`: an order, a refusal), which count from the later of the two
 * times.
 */
export function happenedAt(times: {
  readonly timestamp: Instant | null;
  readonly sentAt: Instant | null;
  readonly receivedAt: Instant;
  readonly origin: 'live' | 'import';
  readonly rate: number;
  readonly ends?: boolean;
}): { readonly at: Instant; readonly verdict: StampVerdict } {
  const { timestamp, sentAt, receivedAt, origin, rate, ends = false } = times;
  if (timestamp === null) return { at: receivedAt, verdict: 'kept' };
  const isStamped = sentAt === null || origin === 'import' || (!ends && rate === 1 && mayBeRetry(receivedAt - sentAt));
  const at = isStamped ? timestamp : receivedAt - (sentAt - timestamp) * rate;
  if (at <= receivedAt) return { at, verdict: 'kept' };
  return { at: receivedAt, verdict: at > receivedAt + day ? 'impossible' : 'clamped' };
}

/** A clock that is ahead, that is behind by days, or that shows the time of another zone, is wrong, and no retry. */
function mayBeRetry(delayMs: number): boolean {
  const fromZone = Math.abs(delayMs - Math.round(delayMs / zoneStepMs) * zoneStepMs);
  const isZone = delayMs >= zoneStepMs - zoneSlackMs && fromZone <= zoneSlackMs;
  return delayMs > 0 && delayMs <= retriedWithinMs && !isZone;
}
