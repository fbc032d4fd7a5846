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
}

/** A clock that runs at `rate` from the pair (realOrigin, serviceOrigin). `readReal` is `Date.now` outside tests. */
export function createClock(options: { rate: number; realOrigin: number; serviceOrigin: Instant; readReal: () => number }): Clock {
  const { rate, realOrigin, serviceOrigin, readReal } = options;
  return {
    rate,
    now: () => Math.floor(serviceOrigin + (readReal() - realOrigin) * rate),
    realNow: () => readReal(),
    realAt: (at) => Math.ceil(realOrigin + (at - serviceOrigin) / rate),
  };
}
