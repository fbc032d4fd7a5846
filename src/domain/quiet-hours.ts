import type { Channel } from './channel.js';
import type { TimingRule } from './earliest-slot.js';
import type { SendRequest } from './guards/guard.js';
import type { Instant } from './instant.js';
import { day, minute, second } from './instant.js';
import type { LocalTime } from './time.js';
import { localClock, nextLocalTime } from './time.js';

/** Local hours in which a channel may speak, half-open; null: any hour. Jurisdictions come later, as data. */
const permittedHours: Readonly<Record<Channel, { readonly opens: LocalTime; readonly closes: LocalTime } | null>> = {
  email: null,
  sms: { opens: { hour: 8, minute: 0 }, closes: { hour: 21, minute: 0 } },
};

/** The last submission comes this much before the close: what a provider queues should land before it too. */
const closingMarginMs = 10 * minute;
/** Twilio may hold a text this long at most, so that the real sending stays near the instant that the caps counted. */
const longestValiditySeconds = 3600;
/** Zones whose hours never meet give no opening, however long one looks. */
const searchMs = 8 * day;

/** Quiet hours as a rule about when; none for a transactional message or a channel that may speak at any hour. */
export function quietHours(request: SendRequest, zones: readonly string[]): readonly TimingRule[] {
  const hours = permittedHours[request.channel];
  if (hours === null || request.class === 'transactional') return [];
  return [
    {
      reason: 'quiet-hours',
      earliest: (from) => earliestOpen(zones, hours, from),
      explain: () => ({ rule: `${request.channel}-hours`, opens: clockText(hours.opens), closes: clockText(hours.closes) }),
    },
  ];
}

/**
 * Seconds for which a provider may hold a text that is submitted at `at`: until the deadline, until the first of the zones closes, an hour at
 * most. Never less than 1. No zones: no quiet hours (a transactional text).
 */
export function smsValiditySeconds(at: Instant, zones: readonly string[], deadlineAt: Instant): number {
  const closes = permittedHours.sms?.closes;
  const closings = closes === undefined ? [] : zones.map((zone) => nextLocalTime(at, closes, zone));
  const seconds = Math.floor((Math.min(deadlineAt, ...closings) - at) / second);
  return Math.max(1, Math.min(seconds, longestValiditySeconds));
}

/** The earliest instant at which every zone is open. No zones: none, because nobody knows where the person is. */
function earliestOpen(
  zones: readonly string[],
  hours: { readonly opens: LocalTime; readonly closes: LocalTime },
  from: Instant,
): Instant | null {
  if (zones.length === 0) return null;
  for (let at = from; at <= from + searchMs; ) {
    const instant = at;
    const closed = zones.find((zone) => !isOpen(instant, zone, hours));
    if (closed === undefined) return at;
    at = nextLocalTime(at, hours.opens, closed);
  }
  return null;
}

function isOpen(at: Instant, zone: string, hours: { readonly opens: LocalTime; readonly closes: LocalTime }): boolean {
  const local = minuteOfDay(localClock(at, zone));
  return local >= minuteOfDay(hours.opens) && local < minuteOfDay(hours.closes) - closingMarginMs / minute;
}

function minuteOfDay(time: LocalTime): number {
  return time.hour * 60 + time.minute;
}

function clockText(time: LocalTime): string {
  return `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`;
}
