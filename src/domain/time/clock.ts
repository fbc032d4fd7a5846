import type { Instant } from './instant.js';

/**
 * Two clocks. The service clock says what instant it is for the business: due times, windows, deadlines, quiet hours.
 * The real clock runs time-outs, leases, back-off. `rate` is service milliseconds per real millisecond.
 */
export interface Clock {
  readonly rate: number;
  /** The service instant. */
  now(): Instant;
  /** The real instant, milliseconds since the epoch. */
  realNow(): number;
  /** The real instant at which the service clock will show `at`; rounded up, so that a timer never fires early. */
  realAt(at: Instant): number;
  /**
   * The real instant to set a timer of Temporal to, for a turn that is due at `at`. Such a timer comes up to a second late, which is
   * minutes of a sped-up day: then it is set earlier, and the turn waits for the rest (it does so for less than a second, before it locks).
   */
  timerAt(at: Instant): number;
}

/** Real milliseconds; less than the second that a turn waits in place. */
const spedUpTimerLeadMs = 900;

/** A clock that runs at `rate` from the pair (realOrigin, serviceOrigin). `readReal` is `Date.now` outside tests. */
export function createClock(options: { rate: number; realOrigin: number; serviceOrigin: Instant; readReal: () => number }): Clock {
  const { rate, realOrigin, serviceOrigin, readReal } = options;
  const realAt = (at: Instant): number => Math.ceil(realOrigin + (at - serviceOrigin) / rate);
  return {
    rate,
    now: () => Math.floor(serviceOrigin + (readReal() - realOrigin) * rate),
    realNow: () => readReal(),
    realAt,
    timerAt: (at) => realAt(at) - (rate === 1 ? 0 : spedUpTimerLeadMs),
  };
}
