/** A pause between looks at what is rarely there. Real milliseconds, on the monotonic clock. */
export class Rest {
  readonly #lengthMs: number;
  #endsAt = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }

  begin(): void {
    this.#endsAt = performance.now() + this.#lengthMs;
  }
}
