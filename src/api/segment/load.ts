/** How much is under way at once in one process. */
export interface LoadLimits {
  readonly requests: number;
  readonly bytes: number;
}

export const loadLimits: LoadLimits = { requests: 256, bytes: 64 * 1024 * 1024 };

/** What a body of unknown length is counted as. */
const unknownLength = 256 * 1024;

/** Counts requests and bytes under way; refuses what would be more than the limits allow. One large request is always taken when nothing else is there. */
export class Load {
  readonly #limits: LoadLimits;
  #requests = 0;
  #bytes = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** Answers what gives the place back (once, however often it is called), or null: too much is under way. */
  admit(bytes: number | null): (() => void) | null {
    const counted = bytes ?? unknownLength;
    const isFull = this.#requests >= this.#limits.requests || (this.#requests > 0 && this.#bytes + counted > this.#limits.bytes);
    if (isFull) return null;
    this.#requests += 1;
    this.#bytes += counted;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#requests -= 1;
      this.#bytes -= counted;
    };
  }
}
