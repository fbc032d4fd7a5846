/** `letter`: of a broadcast, which comes after all others and never has all slots. */
export type Lane = 'inline' | 'queue' | 'letter';

/** How long a turn waits for a slot before it gives way, in real milliseconds. */
export interface SlotPatience {
  /** Short: meanwhile it holds a workflow task, which other entries need for their turns. */
  readonly inline: number;
  /** An activity may last 60 s; the call takes up to 20 s of that. */
  readonly queue: number;
  /** Longer than a call may wait after its commit: then it is not made. */
  readonly letter: number;
}

/**
 * Inline below the age at which a plan is made again (`take-turn.ts`): the way over the queue costs twice the events, so a burst waits here
 * first.
 */
const usualPatience: SlotPatience = { inline: 3_000, queue: 25_000, letter: 1_000 };
/** A slot that is held for so long says that the provider is slow: with others like it, it would hold up what other entries have to do. */
const slowFromMs = 2_000;

/**
 * Slots for calls to one provider, at most as many as its pool has connections, so that nothing waits inside a library.
 * A slot is taken before the transaction that commits `submitting`; the lease therefore covers the call alone.
 */
export class ChannelSlots {
  readonly #size: number;
  readonly #inlineLimit: number;
  readonly #limitWhileSlow: number;
  readonly #patience: SlotPatience;
  readonly #waiting: (() => void)[] = [];
  readonly #letters: (() => void)[] = [];
  readonly #letterLimit: number;
  #lettersBusy = 0;
  /** When each slot that is held was taken, the oldest first; monotonic milliseconds. */
  readonly #held = new Set<{ readonly since: number }>();
  #busy = 0;
  #inline = 0;
  #isSlow = false;
  #breakerOpenUntil = 0;
  #failuresInARow = 0;

  /**
   * `inlineLimit`: how many turns may hold a workflow-task slot for this channel, waiting or sending, before messages go over the queue;
   * `whileSlow`: the same while the provider is slow to answer, which is when they would hold it for long. Absent: as many.
   */
  constructor(options: {
    readonly size: number;
    readonly inlineLimit: number;
    readonly whileSlow?: number;
    readonly patience?: Partial<SlotPatience>;
  }) {
    this.#size = options.size;
    this.#letterLimit = Math.max(1, Math.floor(options.size * letterShare));
    this.#inlineLimit = options.inlineLimit;
    this.#limitWhileSlow = options.whileSlow ?? options.inlineLimit;
    this.#patience = { ...usualPatience, ...options.patience };
  }

  /** Would one more send in the inline lane hold up the workflow tasks of others? Local activities occupy their slots. */
  get inlineIsFull(): boolean {
    const limit = this.#isProviderSlow() ? this.#limitWhileSlow : this.#inlineLimit;
    return this.#inline >= limit || (this.#isSlow && this.#busy >= this.#size);
  }

  #isProviderSlow(): boolean {
    const [oldest] = this.#held;
    return oldest !== undefined && performance.now() - oldest.since >= slowFromMs;
  }

  /** Runs `work` with a slot held. Null when none became free in time: the message belongs on the channel's queue. */
  async use<T>(lane: Lane, work: () => Promise<T>): Promise<T | null> {
    if (lane === 'inline') this.#inline += 1;
    try {
      if (!(await this.#take(lane))) return null;
      const slot = { since: performance.now() };
      this.#held.add(slot);
      try {
        return await work();
      } finally {
        this.#held.delete(slot);
        this.#give(lane);
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

  /** Once somebody has given up, the inline lane does not try again until a slot is free: each would hold a workflow task in vain. */
  async #take(lane: Lane): Promise<boolean> {
    if (this.#isFreeFor(lane)) {
      this.#hold(lane);
      this.#isSlow = false;
      return true;
    }
    const line = lane === 'letter' ? this.#letters : this.#waiting;
    return new Promise((resolve) => {
      const take = (): void => {
        clearTimeout(timer);
        this.#hold(lane);
        resolve(true);
      };
      const timer = setTimeout(() => {
        line.splice(line.indexOf(take), 1);
        if (lane !== 'letter') this.#isSlow = true;
        resolve(false);
      }, this.#patience[lane]);
      line.push(take);
    });
  }

  #isFreeFor(lane: Lane): boolean {
    return this.#busy < this.#size && (lane !== 'letter' || this.#lettersBusy < this.#letterLimit);
  }

  #hold(lane: Lane): void {
    this.#busy += 1;
    if (lane === 'letter') this.#lettersBusy += 1;
  }

  /** Gives the slot to the caller that waits longest, letters last. */
  #give(lane: Lane): void {
    this.#busy -= 1;
    if (lane === 'letter') this.#lettersBusy -= 1;
    const next = this.#waiting.shift() ?? (this.#isFreeFor('letter') ? this.#letters.shift() : undefined);
    next?.();
  }
}

const letterShare = 0.75;
const failuresThatOpen = 5;
const openForMs = 30_000;
