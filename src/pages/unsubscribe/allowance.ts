/** How often something may be asked for: by one caller, and by all together, in real milliseconds. */
export interface AllowanceLimits {
  readonly each: number;
  readonly all: number;
  readonly inMs: number;
}

/** More callers than this are not told apart within one stretch of time: they share what is left to all. */
const callersAtMost = 10_000;

/** Counts what callers ask for in stretches of time, in this process. Memory is bounded for any number of callers. */
export class Allowance {
  readonly #limits: AllowanceLimits;
  readonly #elapsed: () => number;
  readonly #used = new Map<string, number>();
  #all = 0;
  #until: number;

  constructor(limits: AllowanceLimits, elapsed: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#elapsed = elapsed;
    this.#until = elapsed() + limits.inMs;
  }

  /** False: this caller, or all together, have asked too often. Null: a caller whom nobody knows. */
  take(caller: string | null): boolean {
    const { each, all, inMs } = this.#limits;
    if (this.#elapsed() >= this.#until) {
      this.#used.clear();
      this.#all = 0;
      this.#until = this.#elapsed() + inMs;
    }
    const used = caller === null ? 0 : (this.#used.get(caller) ?? 0);
    if (used >= each || this.#all >= all) return false;
    this.#all += 1;
    if (caller !== null && (used > 0 || this.#used.size < callersAtMost)) this.#used.set(caller, used + 1);
    return true;
  }
}
