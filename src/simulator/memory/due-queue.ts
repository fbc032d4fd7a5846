import type { Instant } from '../../domain/time/instant.js';
import type { EntryId } from '../../domain/values/ids.js';

interface Due {
  readonly at: Instant;
  readonly id: EntryId;
}

/**
 * Entries by the instant at which they are due: a binary heap. What has changed since stays in it until it comes up, and is asked about
 * then.
 */
export class DueQueue {
  readonly #heap: Due[] = [];

  add(at: Instant, id: EntryId): void {
    this.#heap.push({ at, id });
    for (let place = this.#heap.length - 1; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (this.#at(parent) <= this.#at(place)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** The earliest that still holds; null: none does. */
  first(holds: (due: Due) => boolean): Due | null {
    for (let [due] = this.#heap; due !== undefined; [due] = this.#heap) {
      if (holds(due)) return due;
      this.take();
    }
    return null;
  }

  /** Takes the earliest out. */
  take(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const least = [left, right].reduce((best, child) => (this.#at(child) < this.#at(best) ? child : best), place);
      if (least === place) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #at(place: number): Instant {
    return this.#heap[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = kept;
  }
}
