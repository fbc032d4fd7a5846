import { day, hour, type Instant, minute } from './instant.js';
import { shownInstant, usableZone, zonedTime } from './time-zone.js';
import { offsetSpan } from './zone-offset.js';

/** Wall-clock time of a day. */
export interface LocalTime {
  readonly hour: number;
  readonly minute: number;
}

/** `10:00` → hour and minute; null when it is no time of day. */
export function parseLocalTime(text: string): LocalTime | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : { hour: Number(match[1]), minute: Number(match[2]) };
}

/** The wall clock in a zone. `weekday` is 1 (Monday) to 7 (Sunday), `date` is ISO (`2026-12-01`). */
export function localClock(
  at: Instant,
  zone: string,
): LocalTime & { readonly second: number; readonly weekday: number; readonly date: string } {
  const shown = new Date(wallOf(at, zone));
  const written = shown.toISOString();
  return {
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    weekday: shown.getUTCDay() || 7,
    date: written.slice(0, written.indexOf('T')),
  };
}

/** The same wall-clock time `days` days later. */
export function addCalendarDays(at: Instant, days: number, zone: string): Instant {
  // Zero days is the very instant, also in the second pass of a repeated hour.
  return days === 0 ? at : resolve(wallOf(at, zone) + days * day, zone);
}

/** `time` on the day that is `days` days after the local day of `at`; may lie before `at` when `days` is 0. */
export function localTimeAfterDays(at: Instant, days: number, time: LocalTime, zone: string): Instant {
  const midnight = Math.floor(wallOf(at, zone) / day) * day;
  return resolve(midnight + days * day + time.hour * hour + time.minute * minute, zone);
}

/**
 * The first instant, `at` or later, at which the local clock shows `time`; a time that is skipped counts at the first valid instant after
 * it.
 */
export function nextLocalTime(at: Instant, time: LocalTime, zone: string): Instant {
  // Yesterday too: a gap over midnight moves a late time of yesterday into today.
  for (let days = -1; days <= 3; days += 1) {
    const candidate = localTimeAfterDays(at, days, time, zone);
    if (candidate >= at) return candidate;
  }
  // Beyond what clocks can show.
  return at;
}

/** For people: `Tue 1 Dec 10:00`. */
export function formatLocal(at: Instant, zone: string): string {
  const shown = new Date(wallOf(at, zone));
  const [weekday, month] = [weekdays[(shown.getUTCDay() || 7) - 1], months[shown.getUTCMonth()]];
  return `${weekday} ${shown.getUTCDate()} ${month} ${two(shown.getUTCHours())}:${two(shown.getUTCMinutes())}`;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** What the clock of a zone shows, as the milliseconds at which UTC shows the same. Of a span between two changes this is one addition. */
function wallOf(at: Instant, zone: string): number {
  const shown = shownInstant(at);
  return shown + offsetSpan(shown, usableZone(zone)).offsetMs;
}

/** A local time that occurs twice means the first; one that is skipped means the first valid instant after it. */
function resolve(wall: number, zone: string): Instant {
  const { from, until, offsetMs } = offsetSpan(shownInstant(wall), usableZone(zone));
  // No clock is two days from UTC: without a change that near, there is one instant, and no rules to ask.
  if (from <= wall - 2 * day && wall + 2 * day < until) return wall - offsetMs;
  const local = zonedTime(wall, 'UTC').toPlainDateTime();
  const earlier = local.toZonedDateTime(usableZone(zone), { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
  // In a gap, `earlier` lies before the change of clocks by as much as `local` is into the gap; Temporal alone would go as much past it.
  return (earlier.getTimeZoneTransition('next') ?? earlier).epochMilliseconds;
}
