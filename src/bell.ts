/** A pause that can be ended early: one home for every loop that waits. */
export class Bell {
  #isRung = false;
  #isOver = false;
  #wakeUp: () => void = () => {};

  /** `gatherMs`: real milliseconds for which every pause goes on at least, so that what comes together is handled together. */
  constructor(private readonly gatherMs = 0) {}

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

  /** Ends the pause under way, and every one after it before it begins. */
  end(): void {
    this.#isOver = true;
    this.#wakeUp();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waits so many real milliseconds, or until it is rung or ended. False: it has been ended. */
  async wait(ms: number): Promise<boolean> {
    if (ms > 0 && !this.#isRung && !this.#isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wakeUp = () => {};
    }
    if (this.gatherMs > 0) await new Promise((resolve) => setTimeout(resolve, this.gatherMs));
    return !this.#isOver;
  }
}
