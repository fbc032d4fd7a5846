/** So many a second, and at most one second's worth at once. `readMs` is a monotonic clock. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #readMs: () => number;
  #tokens: number;
  #readAt: number;

  constructor(perSecond: number, readMs: () => number) {
    this.#perSecond = perSecond;
    this.#readMs = readMs;
    this.#tokens = Math.max(1, perSecond);
    this.#readAt = readMs();
  }

  /** Whole tokens that may be taken now. */
  available(): number {
    const now = this.#readMs();
    this.#tokens = Math.min(Math.max(1, this.#perSecond), this.#tokens + ((now - this.#readAt) / 1000) * this.#perSecond);
    this.#readAt = now;
    return Math.floor(this.#tokens);
  }

  take(count: number): void {
    this.#tokens -= count;
  }
}
