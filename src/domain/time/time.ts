import type { Temporal } from 'temporal-polyfill';
import type { Instant } from './instant.js';
import { zonedTime } from './time-zone.js';

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
  const local = zonedTime(at, zone);
  return {
    hour: local.hour,
    minute: local.minute,
    second: local.second,
    weekday: local.dayOfWeek,
    date: local.toPlainDate().toString(),
  };
}

/** The same wall-clock time `days` days later. */
export function addCalendarDays(at: Instant, days: number, zone: string): Instant {
  const local = zonedTime(at, zone);
  // Zero days is the very instant, also in the second pass of a repeated hour.
  return days === 0 ? at : resolve(local.toPlainDateTime().add({ days }), local.timeZoneId);
}

/** `time` on the day that is `days` days after the local day of `at`; may lie before `at` when `days` is 0. */
export function localTimeAfterDays(at: Instant, days: number, time: LocalTime, zone: string): Instant {
  const local = zonedTime(at, zone);
  return resolve(local.toPlainDate().add({ days }).toPlainDateTime(time), local.timeZoneId);
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
  const local = zonedTime(at, zone);
  return `${weekdays[local.dayOfWeek - 1]} ${local.day} ${months[local.month - 1]} ${two(local.hour)}:${two(local.minute)}`;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** A local time that occurs twice means the first; one that is skipped means the first valid instant after it. */
function resolve(local: Temporal.PlainDateTime, zone: string): Instant {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
  // In a gap, `earlier` lies before the change of clocks by as much as `local` is into the gap; Temporal alone would go as much past it.
  return (earlier.getTimeZoneTransition('next') ?? earlier).epochMilliseconds;
}
