/** Real milliseconds. What comes together is handled together. */
const gatherMs = 5;

/** A pause that can be ended early. */
export class Bell {
  #isRung = false;
  #wakeUp: () => void = () => {};

  /** Ends the pause under way, or the next one before it begins. */
  ring(): void {
    this.#isRung = true;
    this.#wakeUp();
  }

  /** Ends the pause under way. */
  wake(): void {
    this.#wakeUp();
  }

  /** What was rung for is seen to. */
  hush(): void {
    this.#isRung = false;
  }

  /** Waits so many real milliseconds, or until it is rung; never less than a few. */
  async wait(ms: number): Promise<void> {
    if (ms > 0 && !this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wakeUp = () => {};
    }
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
  }
}
