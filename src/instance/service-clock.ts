import { type Clock, createClock } from '../domain/time/clock.js';
import type { Instant } from '../domain/time/instant.js';
import type { Store } from '../store/db.js';
import { readClockAhead, saveClockAhead } from '../store/service-clock.js';

/** Real milliseconds: how far ahead of use the instant is written, and how often. */
const aheadMs = 2_000;
const saveEveryMs = 500;

export interface RunningClock {
  readonly clock: Clock;
  /** Writes where the clock stands; the next start goes on from there. */
  readonly stop: () => Promise<void>;
}

/**
 * The clock of a running instance. At rate 1 it shows the real time. Sped up, it goes on from the instant that the last run may have
 * reached: that instant is written ahead of use, and while it cannot be written the clock stands still rather than run past it.
 */
export async function startServiceClock(
  store: Store,
  options: { readonly rate: number; readonly startAt: Instant | null },
): Promise<RunningClock> {
  const { rate } = options;
  const realOrigin = Date.now();
  const reached = await readClockAhead(store);
  const serviceOrigin = reached === null ? (options.startAt ?? realOrigin) : Math.max(reached, rate === 1 ? realOrigin : 0);
  const clock = createClock({ rate, realOrigin, serviceOrigin, readReal: Date.now });
  if (rate === 1 && serviceOrigin === realOrigin) return { clock, stop: async () => {} };

  let ahead = serviceOrigin + aheadMs * rate;
  await saveClockAhead(store, ahead);
  let saving = false;
  const timer = setInterval(() => {
    if (saving) return;
    saving = true;
    const next = clock.now() + aheadMs * rate;
    saveClockAhead(store, next)
      .then(() => (ahead = next))
      .catch(() => undefined)
      .finally(() => (saving = false));
  }, saveEveryMs);
  return {
    clock: { ...clock, now: () => Math.min(clock.now(), ahead) },
    stop: async () => {
      clearInterval(timer);
      await saveClockAhead(store, clock.now());
    },
  };
}
