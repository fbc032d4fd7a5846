import { day, hour, minute, second } from './instant.js';

/**
 * Two things that people call a duration. `PT24H` is elapsed time and always as long; `P1D` goes to the same wall-clock time on the next
 * day, which is 23 to 25 hours away when the clocks change.
 */
export type Duration = { readonly kind: 'elapsed'; readonly ms: number } | { readonly kind: 'calendar'; readonly days: number };

export type DurationProblem = 'not-a-duration' | 'mixed' | 'months';

const pattern = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Reads ISO 8601: `PT1H30M`, `P7D`, `P2W`. Months and years have no fixed length and days with hours are two things at once: both are
 * refused.
 */
export function parseDuration(text: string): Duration | DurationProblem {
  const match = pattern.exec(text);
  if (match === null || text === 'P' || text.endsWith('T')) return 'not-a-duration';
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => (part === undefined ? null : Number(part)));
  if (years != null || months != null) return 'months';
  const calendar = weeks != null || days != null;
  const elapsed = hours != null || minutes != null || seconds != null;
  if (calendar && elapsed) return 'mixed';
  if (calendar) return { kind: 'calendar', days: (weeks ?? 0) * 7 + (days ?? 0) };
  return { kind: 'elapsed', ms: (hours ?? 0) * hour + (minutes ?? 0) * minute + (seconds ?? 0) * second };
}

/** For limits and windows (`within`, `deadline`, `max_duration` …), where a day is 24 hours; milliseconds. */
export function limitMs(duration: Duration): number {
  return duration.kind === 'elapsed' ? duration.ms : duration.days * day;
}

const units: readonly (readonly [number, string])[] = [
  [day, 'day'],
  [hour, 'hour'],
  [minute, 'minute'],
  [second, 'second'],
];

/** In words, two units at most: `23 hours`, `2 days and 4 hours`; from an hour on to the nearest minute. Below a second: `a moment`. */
export function durationWords(ms: number): string {
  const parts: string[] = [];
  // Up to two days people count in hours: `24 hours` says better than `1 day` that the clock does not matter.
  let rest = ms < hour ? ms : Math.round(ms / minute) * minute;
  for (const [size, name] of ms < 2 * day ? units.slice(1) : units) {
    const count = Math.floor(rest / size);
    if (count === 0) continue;
    parts.push(countWords(count, name));
    rest -= count * size;
  }
  return parts.length === 0 ? 'a moment' : parts.slice(0, 2).join(' and ');
}

/** `1 day`, `3 days`. */
export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
