/** Whether Temporal is there. Opens on failures, and then asks for a probe from time to time: 250 ms … 5 s apart, jittered. */
export class Circuit {
  readonly #readMs: () => number;
  readonly #random: () => number;
  #failures = 0;
  #probeAt = 0;
  #open = false;

  /** `readMs`: a monotonic clock. `random`: 0 … 1. */
  constructor(readMs: () => number, random: () => number) {
    this.#readMs = readMs;
    this.#random = random;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Milliseconds until the next probe may be made; 0 when closed or due. */
  restMs(): number {
    return this.#open ? Math.max(0, this.#probeAt - this.#readMs()) : 0;
  }

  succeed(): void {
    this.#failures = 0;
    this.#open = false;
  }

  /** A refused connection opens it at once; a call that was only late may be one of many and opens it the third time in a row. */
  fail(how: 'unreachable' | 'late'): void {
    this.#failures += how === 'unreachable' ? 3 : 1;
    if (this.#failures < 3) return;
    const doublings = Math.min(5, Math.floor(this.#failures / 3) - 1);
    this.#open = true;
    this.#probeAt = this.#readMs() + Math.min(5_000, 250 * 2 ** doublings) * (0.75 + this.#random() / 2);
  }
}
