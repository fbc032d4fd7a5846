import type { Log } from '../app/deps.js';

/** Real milliseconds between two rounds. */
const everyMs = 5_000;

/** Small work beside the poke loop: entries do not wait for it. One round at a time; what fails is tried again in the next. */
export class Housekeeping {
  #nextAt = 0;
  #round: Promise<void> | null = null;

  constructor(
    private readonly works: readonly (() => Promise<unknown>)[],
    private readonly log: Log,
  ) {}

  /** Begins a round if one is due. Answers at once. */
  tend(): void {
    const now = performance.now();
    if (this.#round !== null || now < this.#nextAt) return;
    this.#nextAt = now + everyMs;
    this.#round = this.#tendAll().finally(() => {
      this.#round = null;
    });
  }

  /** Waits for the round under way. */
  async rest(): Promise<void> {
    await this.#round;
  }

  async #tendAll(): Promise<void> {
    for (const work of this.works) {
      await work().catch((error: unknown) =>
        this.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'Housekeeping failed; it is tried again.'),
      );
    }
  }
}
