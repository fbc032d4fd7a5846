import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Letters that are let through in one transaction: a few at first, and as many as can begin to leave within this time, in real
 * milliseconds.
 */
const firstSize = 10;
const mostAtOnce = 50;
const aimMs = 180;
const growth = 1.5;
/** Groups between their commit and the beginning of their last call: what is committed must begin to leave within 500 ms. */
const groupsAtOnce = 2;

/**
 * How many letters a channel lets through at once, by how quickly its provider takes them. What is committed must begin to leave soon: the
 * gate has been asked, and an opt-out or a pause that comes later stops only what comes after it.
 */
export class LetterPace {
  #size = firstSize;
  #underWay = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * Runs a group's commit and the beginning of its calls, no more than two groups at once. `work` answers how long the calls took to begin;
   * null: there were none.
   */
  async pass(work: () => Promise<number | null>): Promise<void> {
    while (this.#underWay >= groupsAtOnce) await sleep(5);
    this.#underWay += 1;
    try {
      this.#learn(await work());
    } finally {
      this.#underWay -= 1;
    }
  }

  #learn(tookMs: number | null): void {
    if (tookMs === null) return;
    // A letter that begins too late goes back through the gate, by a run of its own: that costs more than a small group.
    const factor = Math.min(growth, aimMs / Math.max(1, tookMs));
    const size = factor > 1 ? Math.ceil(this.#size * factor) : Math.floor(this.#size * factor);
    this.#size = Math.min(mostAtOnce, Math.max(1, size));
  }
}
