import { createHash } from 'node:crypto';
import type { Instant } from '../time/instant.js';
import { localClock, nextLocalTime } from '../time/time.js';
import { bestHour, type HourChances, hourChances } from './send-hour.js';

/** When people at large click, by local hour from 0 to 23: what a person's own clicks are weighed against. */
export const usualHours: HourChances = [
  0.00996015936255, 0.00597609561753, 0.00398406374502, 0.00298804780876, 0.00298804780876, 0.00498007968127, 0.0119521912351,
  0.0249003984064, 0.0398406374502, 0.0498007968127, 0.054780876494, 0.0557768924303, 0.0597609561753, 0.0577689243028, 0.0517928286853,
  0.0498007968127, 0.0517928286853, 0.0557768924303, 0.0617529880478, 0.0697211155378, 0.0796812749004, 0.0846613545817, 0.0697211155378,
  0.0398406374502,
];

/** What the habitual hour is chosen by. */
export interface HourQuestion {
  /** When the person clicked. */
  readonly clicks: readonly Instant[];
  readonly from: Instant;
  /** The choice is among the hours that begin within this time; the hour that it is now is among them. */
  readonly withinMs: number;
  readonly timeZone: string;
  /** Minutes of the local day between which it may leave; null: any. */
  readonly hours: { readonly opens: number; readonly closes: number } | null;
  /** Tells this message from others: one in ten goes at a random hour, so that what the choice brings can be measured. */
  readonly key: string;
}

/** `by`: the person's own clicks, those of people at large, or chance. */
export interface HabitualHour {
  readonly at: Instant;
  readonly by: 'own' | 'usual' | 'chance';
}

const clicksNeeded = 3;
const exploredShare = 0.1;

/** When the message is to go. Without an hour that is allowed within the time: at once, and the gate decides. */
export function habitualHour({ clicks, from, withinMs, timeZone, hours, key }: HourQuestion): HabitualHour {
  const isAllowed = (hour: number): boolean => hours === null || (hour * 60 >= hours.opens && (hour + 1) * 60 <= hours.closes);
  const begins = (hour: number): Instant =>
    localClock(from, timeZone).hour === hour ? from : nextLocalTime(from, { hour, minute: 0 }, timeZone);
  const inTime = (hour: number): boolean => begins(hour) - from <= withinMs;
  const chance = shareOf(key);
  if (chance < exploredShare) {
    const choices = allHours.filter((hour) => isAllowed(hour) && inTime(hour));
    const picked = choices[Math.floor((chance / exploredShare) * choices.length)];
    if (picked !== undefined) return { at: begins(picked), by: 'chance' };
  }
  const own = clicks.map((at) => localClock(at, timeZone).hour);
  const best = bestInTime(hourChances(own, usualHours), isAllowed, inTime);
  return { at: best === null ? from : begins(best), by: own.length < clicksNeeded ? 'usual' : 'own' };
}

const allHours: readonly number[] = Array.from({ length: 24 }, (_, hour) => hour);

/** Asks when an hour begins for as few hours as it can: that is what takes time. */
function bestInTime(chances: HourChances, isAllowed: (hour: number) => boolean, inTime: (hour: number) => boolean): number | null {
  const late = new Set<number>();
  for (;;) {
    const best = bestHour(chances, (hour) => isAllowed(hour) && !late.has(hour));
    if (best === null || inTime(best)) return best;
    late.add(best);
  }
}

/** From 0 up to 1, the same for the same key. */
function shareOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32;
}
