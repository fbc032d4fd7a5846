import type { Clock } from '../../src/domain/time/clock.js';
import type { Instant } from '../../src/domain/time/instant.js';

/** Real milliseconds until an instant that somebody waits for is there. */
const stepMs = 100;
/** So far away, in real milliseconds, is what lies behind the instant that the test holds the clock before. */
const farMs = 3_600_000;

/**
 * A service clock without a race. It runs like any other, and it jumps: whoever asks when an instant will be there, to set a timer, is told
 * "in a tenth of a second", and then it is so. A timer of Temporal is real, and weeks pass as fast as the machine can follow. It jumps to
 * nothing behind the instant that it is held before: there the test has something to say first, however long that takes.
 */
export class SteppedClock implements Clock {
  readonly rate = 1;
  #held: Instant = Number.POSITIVE_INFINITY;
  /**
   * What lay behind it when it was asked for. Whoever waited for that is woken by what the test says, and nobody jumps there afterwards.
   */
  readonly #beyond = new Set<Instant>();
  /** Where it jumps to, and when; both in order. The first has been reached. */
  #jumps: [Jump, ...Jump[]];

  constructor(startAt: Instant) {
    this.#jumps = [{ to: startAt, real: Date.now() }];
  }

  now(): Instant {
    const real = Date.now();
    for (let next = this.#jumps[1]; next !== undefined && next.real <= real; next = this.#jumps[1]) this.#jumps.shift();
    const [last, next] = this.#jumps;
    return Math.min(last.to + (real - last.real), next === undefined ? Number.POSITIVE_INFINITY : next.to - 1);
  }

  realNow(): number {
    return Date.now();
  }

  realAt(at: Instant): number {
    const now = this.now();
    const real = Date.now();
    if (at <= now) return real;
    if (at > this.#held) this.#beyond.add(at);
    if (this.#beyond.has(at)) return real + farMs;
    const before = this.#jumps.findLast(({ to }) => to <= at);
    if (before?.to === at) return before.real;
    const next = this.#jumps.find(({ to }) => to > at);
    const from = Math.max(real, before?.real ?? real);
    const jump = { to: at, real: next === undefined ? from + Math.min(stepMs, at - now) : (from + next.real) / 2 };
    this.#jumps.push(jump);
    this.#jumps.sort((a, b) => a.real - b.real);
    return jump.real;
  }

  timerAt(at: Instant): number {
    return this.realAt(at);
  }

  /** From now on it jumps to nothing behind this instant. */
  holdBefore(at: Instant): void {
    this.#held = at;
  }

  /** Jumps to the instant at once, and is held no longer. Throws where it is later than that already. */
  moveTo(at: Instant): void {
    if (at < this.now()) throw new Error(`It is ${new Date(this.now()).toISOString()} already.`);
    this.#held = Number.POSITIVE_INFINITY;
    this.#jumps = [{ to: at, real: Date.now() }];
  }
}

interface Jump {
  readonly to: Instant;
  /** Milliseconds since the epoch. */
  readonly real: number;
}
