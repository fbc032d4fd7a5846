/**
 * Slots for calls to one provider, at most as many as its pool has connections, so that nothing waits inside a library.
 * A slot is taken before the transaction that commits `submitting`; the lease therefore covers the call alone.
 */
export class ChannelSlots {
  readonly #size: number;
  readonly #inlineShare: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #inline = 0;
  #breakerOpenUntil = 0;
  #failuresInARow = 0;

  /** `inlineLimit`: how many turns may hold a workflow-task slot for this channel, waiting or sending, before messages go over the queue. */
  constructor(options: { readonly size: number; readonly inlineLimit: number }) {
    this.#size = options.size;
    this.#inlineShare = options.inlineLimit;
  }

  get inFlight(): number {
    return this.#busy;
  }

  /** Would one more send in the inline lane hold up the workflow tasks of others? Local activities occupy their slots (design §2, Lanes). */
  get inlineIsFull(): boolean {
    return this.#inline >= this.#inlineShare;
  }

  /** Runs `work` with a slot held. */
  async use<T>(lane: 'inline' | 'queue', work: () => Promise<T>): Promise<T> {
    if (lane === 'inline') this.#inline += 1;
    try {
      await this.#take();
      try {
        return await work();
      } finally {
        this.#give();
      }
    } finally {
      if (lane === 'inline') this.#inline -= 1;
    }
  }

  /** Five failures in a row open the breaker for 30 real seconds; meanwhile messages go over the queue, where Temporal shows them. */
  isBreakerOpen(realNow: number): boolean {
    return realNow < this.#breakerOpenUntil;
  }

  recordOutcome(ok: boolean, realNow: number): void {
    this.#failuresInARow = ok ? 0 : this.#failuresInARow + 1;
    if (ok) this.#breakerOpenUntil = 0;
    else if (this.#failuresInARow >= failuresThatOpen) this.#breakerOpenUntil = realNow + openForMs;
  }

  async #take(): Promise<void> {
    if (this.#busy < this.#size) {
      this.#busy += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the slot to whoever waits longest, so that `busy` never exceeds the size. */
  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy -= 1;
  }
}

const failuresThatOpen = 5;
const openForMs = 30_000;
