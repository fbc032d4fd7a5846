import { durationWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';

/** A half-open window that ends at the instant of evaluation: milliseconds back from there; null: it has no beginning. */
type WindowMs = number | null;

/** The key of a window, to stand beside others. */
export const windowShape = { within: durationText.optional() };

export function toWindowMs({ within }: { readonly within?: string | undefined }): WindowMs {
  return within === undefined ? null : toLimitMs(within);
}

/** What lies after it is in the window. */
export function windowStart(windowMs: WindowMs, now: Instant): Instant {
  return windowMs === null ? Number.NEGATIVE_INFINITY : now - windowMs;
}

/** Is it after `now − window`, up to and with `now`? */
export function isInWindow(at: Instant, windowMs: WindowMs, now: Instant): boolean {
  return at > windowStart(windowMs, now) && at <= now;
}

/** When what happened then comes into the window, by a clock that is ahead, and when it goes out of it. */
export function windowEdges(at: Instant, windowMs: WindowMs): readonly Instant[] {
  return windowMs === null ? [at] : [at, at + windowMs];
}

/** The earliest instant after `now` at which one of these comes into the window or goes out of it; null: none. Makes no list. */
export function nextEdge(instants: readonly Instant[], windowMs: WindowMs, now: Instant): Instant | null {
  let first = Number.POSITIVE_INFINITY;
  for (const at of instants) {
    if (at > now) first = Math.min(first, at);
    else if (windowMs !== null && at + windowMs > now) first = Math.min(first, at + windowMs);
  }
  return first === Number.POSITIVE_INFINITY ? null : first;
}

/** ` within 90 days`, to stand behind what is looked at; nothing where the window has no beginning. */
export function windowWords(windowMs: WindowMs): string {
  return windowMs === null ? '' : ` within ${durationWords(windowMs)}`;
}
