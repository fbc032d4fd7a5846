import type { Instant } from '../time/instant.js';

/** How a broadcast is spread: its recipients fall due one after the other, evenly over `overMs` from `startsAt` on. 0: all at once. */
export interface BroadcastPace {
  readonly startsAt: Instant;
  readonly overMs: number;
  readonly total: number;
}

/** When the recipient at this position, counted from 0, falls due. */
export function recipientDueAt({ startsAt, overMs, total }: BroadcastPace, position: number): Instant {
  return startsAt + (total === 0 ? 0 : Math.floor((position * overMs) / total));
}

/** How many recipients, from the first on, have fallen due by this instant. */
export function dueBy(pace: BroadcastPace, at: Instant): number {
  const { startsAt, overMs, total } = pace;
  if (at < startsAt) return 0;
  if (at >= startsAt + overMs) return total;
  // The division rounds; the definition above decides.
  let count = Math.min(total, Math.floor(((at - startsAt) * total) / overMs));
  while (count < total && recipientDueAt(pace, count) <= at) count += 1;
  while (count > 0 && recipientDueAt(pace, count - 1) > at) count -= 1;
  return count;
}
