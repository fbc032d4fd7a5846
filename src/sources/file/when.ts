import type { Instant } from '../../domain/time/instant.js';
import { day } from '../../domain/time/instant.js';
import { wallClockInstant } from '../../domain/time/time-zone.js';
import { readInstant } from '../../domain/time/written-instant.js';

/** How a file writes its dates. */
export interface DateHabits {
  /** Which part of `03/04/2026` is the day; null: not known, and such a date is refused. */
  readonly dates: 'day-first' | 'month-first' | null;
  /** The zone of dates that say none. */
  readonly timeZone: string;
}

export type When =
  | { readonly kind: 'at'; readonly at: Instant }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly detail: string };

/**
 * The instant that a cell says. Beside all that events may write: a day with dots or slashes (`24.12.2026 18:00`), and a spreadsheet's
 * count of days since 1900. A date that may be read in two ways is refused: a guess would put half of them into the wrong month.
 *
 * @example readWhen('24.12.2026', { dates: null, timeZone: 'Europe/Berlin' }) // 2026-12-23T23:00:00.000Z
 */
export function readWhen(written: string, habits: DateHabits): When {
  const parts = partsOf(written, habits);
  if (parts === 'ambiguous')
    return unreadable(
      'ambiguous-date',
      'the day and the month may be meant either way. Say `dates: day-first` or `dates: month-first` in the mapping.',
    );
  const at = parts ?? serial(written, habits) ?? told(written, habits);
  return at === null
    ? unreadable('unreadable-date', 'it is no date between 2000 and 2099. Write it as 2026-12-24 18:00.')
    : { kind: 'at', at };
}

function unreadable(reason: string, detail: string): When {
  return { kind: 'unreadable', reason, detail };
}

const written = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([ap]m)?)?$/i;

/** Null: it is not written so. */
function partsOf(text: string, habits: DateHabits): Instant | 'ambiguous' | null {
  const match = written.exec(text);
  if (match === null) return null;
  const [, first = '', separator, second = '', year = '', hour = '0', minute = '0', seconds = '0', half] = match;
  const order = orderOf(Number(first), Number(second), separator ?? '', habits.dates);
  if (order === null) return 'ambiguous';
  const [date, month] = order === 'day-first' ? [first, second] : [second, first];
  const hours = hoursOf(Number(hour), half?.toLowerCase());
  const wall = wallOf(fullYear(Number(year)), Number(month), Number(date), hours, Number(minute), Number(seconds));
  return wall === null ? null : inRange(wallClockInstant(wall, habits.timeZone));
}

/** Dots stand behind a day in every country that uses them; a part above twelve is a day. */
function orderOf(first: number, second: number, separator: string, told: DateHabits['dates']): DateHabits['dates'] {
  if (separator === '.') return 'day-first';
  if (first > 12 && second <= 12) return told === 'month-first' ? null : 'day-first';
  if (second > 12 && first <= 12) return told === 'day-first' ? null : 'month-first';
  return first === second ? 'day-first' : told;
}

function hoursOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half === 'pm' ? 12 : 0);
}

function fullYear(year: number): number {
  return year < 100 ? 2000 + year : year;
}

function wallOf(year: number, month: number, date: number, hour: number, minute: number, second: number): Instant | null {
  const at = new Date(Date.UTC(year, month - 1, date, hour, minute, second));
  const isSame = at.getUTCMonth() === month - 1 && at.getUTCDate() === date && at.getUTCHours() === hour && at.getUTCMinutes() === minute;
  return isSame ? at.getTime() : null;
}

/** A spreadsheet counts days since the last day of 1899, as all of them do today; the part behind the point is the time of day. */
function serial(text: string, { timeZone }: DateHabits): Instant | null {
  if (!/^\d{5}(?:[.,]\d{1,12})?$/.test(text)) return null;
  const wall = Date.UTC(1899, 11, 30) + Math.round(Number(text.replace(',', '.')) * 86_400) * 1000;
  return inRange(wallClockInstant(wall, timeZone));
}

/** As events write it; without an offset it is a clock of the file's zone. */
function told(text: string, { timeZone }: DateHabits): Instant | null {
  const at = readInstant(text);
  if (at === null || !saysNoZone.test(text)) return at;
  return wallClockInstant(at, timeZone);
}

const saysNoZone = /^\d{4}[-/]?\d\d[-/]?\d\d(?:[T ]\s?\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?)?$/i;

function inRange(at: Instant): Instant | null {
  return at >= Date.UTC(2000, 0, 1) - day && at < Date.UTC(2100, 0, 1) ? at : null;
}
