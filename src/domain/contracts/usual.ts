import type { EventCounts, Series } from './event-counts.js';

/** A stretch of hours up to, and without, `to`. */
export interface Stretch {
  readonly to: number;
  readonly hours: number;
}

/** Hours that are looked at, from the shortest: a busy shop hears of it within one, a quiet one within a week. */
export const stretches = [1, 3, 6, 12, 24, 72, 168] as const;
/** So many would have come, had nothing happened: that none came by chance is less likely than one in 10^15. */
export const leastExpected = 40;

const week = 168;
const mostWeeks = 8;
/** With fewer weeks, the quietest of the days before stands for them. */
const leastWeeks = 3;
const leastDays = 3;

/**
 * How many there usually are in such a stretch: the median of the same hours of the same weekdays in up to eight weeks before. A sale or a
 * holiday among them moves a median little. With less than three weeks known, and a stretch of whole days, the fewest of as many hours in
 * the days before. Null: too little is known.
 */
export function usualIn(series: Series, { to, hours }: Stretch, firstHour: number): number | null {
  const sums: number[] = [];
  for (let back = 1; back <= mostWeeks && to - hours - back * week >= firstHour; back += 1)
    sums.push(series.sum(to - hours - back * week, to - back * week));
  if (sums.length >= leastWeeks) return median(sums);
  return hours === 24 ? fewestOfDays(series, to, firstHour) : null;
}

/** Days of a silence that lasts are none of those that say what is usual. */
function fewestOfDays(series: Series, to: number, firstHour: number): number | null {
  const days: number[] = [];
  for (let back = 1; back <= 14 && to - (back + 1) * 24 >= firstHour; back += 1) {
    const sum = series.sum(to - (back + 1) * 24, to - back * 24);
    if (sum > 0 || days.length > 0) days.push(sum);
  }
  return days.length >= leastDays ? Math.min(...days) : null;
}

/**
 * How busy the shop is in this stretch beside what is asked about, at most as usual: 0.4 on a holiday. 1 where the rest says too little to
 * tell.
 */
export function levelBeside(counts: EventCounts, series: Series, stretch: Stretch): number {
  const { to, hours } = stretch;
  const usual = usualIn(counts.all, stretch, counts.firstHour) ?? 0;
  const own = usualIn(series, stretch, counts.firstHour) ?? 0;
  const rest = usual - own;
  if (rest < 50) return 1;
  const seen = counts.all.sum(to - hours, to) - series.sum(to - hours, to);
  return Math.min(1, Math.max(0, seen / rest));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

/** The chance of at most `seen` where `expected` are expected, by Poisson's law. */
export function chanceOfAtMost(seen: number, expected: number): number {
  if (expected <= 0) return 1;
  let term = Math.exp(-expected);
  // Below what a double can hold the chance is less than any that is asked for.
  if (term === 0) return seen < expected - 6 * Math.sqrt(expected) ? 0 : 1;
  let sum = term;
  for (let k = 1; k <= seen; k += 1) {
    term *= expected / k;
    sum += term;
  }
  return Math.min(1, sum);
}
