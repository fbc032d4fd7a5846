import type { Instant } from './instant.js';
import { localClock, localTimeAfterDays } from './time.js';

export type CalendarUnit = 'day' | 'week' | 'month';

const midnight = { hour: 0, minute: 0 };

/** The local day, week (from Monday) or month that holds `at`: from `start` on, before `end`. A day may have 23 or 25 hours. */
export function calendarWindow(at: Instant, unit: CalendarUnit, zone: string): { readonly start: Instant; readonly end: Instant } {
  const { weekday, date } = localClock(at, zone);
  const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number);
  const before = { day: 0, week: weekday - 1, month: dayOfMonth - 1 }[unit];
  const length = { day: 1, week: 7, month: new Date(Date.UTC(year, month, 0)).getUTCDate() }[unit];
  return { start: localTimeAfterDays(at, -before, midnight, zone), end: localTimeAfterDays(at, length - before, midnight, zone) };
}
