import type { Instant } from '../time/instant.js';
import { localClock, localTimeAfterDays } from '../time/time.js';

/** Month and day of a birthday. */
export interface Birthday {
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Reads `1990-05-17`, with or without a time behind it, `05-17` and `--05-17`; null: it is no birthday. */
export function readBirthday(value: unknown): Birthday | null {
  if (typeof value !== 'string') return null;
  const match = /^(?:\d{4}-|--)?(\d{2})-(\d{2})(?:T.*)?$/.exec(value.trim());
  if (match === null) return null;
  const [month, day] = [Number(match[1]), Number(match[2])];
  // 2000 was a leap year: the 29th of February is a birthday.
  const isDay = month >= 1 && month <= 12 && day >= 1 && new Date(Date.UTC(2000, month - 1, day)).getUTCMonth() === month - 1;
  return isDay ? { month, day } : null;
}

/** Is it today, or in this month, by the calendar of the zone? A birthday on the 29th of February is on the 1st of March in other years. */
export function isBirthday(birthday: Birthday, when: 'today' | 'this_month', at: Instant, zone: string): boolean {
  const [year = 0, month = 0, day = 0] = localClock(at, zone).date.split('-').map(Number);
  const hasLeapDay = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  const own = birthday.month === 2 && birthday.day === 29 && !hasLeapDay && when === 'today' ? { month: 3, day: 1 } : birthday;
  return own.month === month && (when === 'this_month' || own.day === day);
}

/** When the answer may be another: the next midnight, or the beginning of the next month. */
export function nextCalendarEdge(when: 'today' | 'this_month', at: Instant, zone: string): Instant {
  const [year = 0, month = 0, day = 0] = localClock(at, zone).date.split('-').map(Number);
  const days = when === 'today' ? 1 : new Date(Date.UTC(year, month, 0)).getUTCDate() - day + 1;
  return localTimeAfterDays(at, days, { hour: 0, minute: 0 }, zone);
}
