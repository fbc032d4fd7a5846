import type { Instant } from './instant.js';
import { zonedTime } from './time-zone.js';

/** A span of time, half-open, in which a zone's clock is so many milliseconds ahead of UTC. */
export interface OffsetSpan {
  readonly from: Instant;
  readonly until: Instant;
  readonly offsetMs: number;
}

/**
 * The span around an instant between two changes of clocks. Remembered: the answer of a zone's rules is dear, and the gate asks at every
 * decision. A new zone database comes with a new process.
 */
export function offsetSpan(at: Instant, zone: string): OffsetSpan {
  const known = spans.get(zone) ?? [];
  const found = known.find(({ from, until }) => from <= at && at < until);
  if (found !== undefined) return found;
  const local = zonedTime(at, zone);
  const next = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
  // `previous` is strictly before: a clock that changes at this very instant would give the change before it.
  const here = local.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY;
  const span = { from: here, until: next, offsetMs: local.offsetNanoseconds / 1e6 };
  // Newest first; a process that runs for years, or a simulation of many, keeps what it used last.
  spans.set(zone, [span, ...known].slice(0, mostSpans));
  return span;
}

const spans = new Map<string, readonly OffsetSpan[]>();
const mostSpans = 24;

/** Do the clocks of two zones agree from 2024 to 2030? */
export function isSameClock(one: string, other: string): boolean {
  return one === other || clockOf(one) === clockOf(other);
}

const clocks = new Map<string, string>();

function clockOf(zone: string): string {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const parts: string[] = [];
  for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2031, 0, 1); ) {
    const { until, offsetMs } = offsetSpan(at, zone);
    parts.push(`${offsetMs}@${until < Date.UTC(2031, 0, 1) ? until : ''}`);
    at = until;
  }
  const clock = parts.join(' ');
  clocks.set(zone, clock);
  return clock;
}
