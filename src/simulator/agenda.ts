import type { Instant } from '../domain/instant.js';

/** The virtual clock's list of what comes next: by instant, then in the order in which it was put in. */
export class Agenda<T> {
  #items: { readonly at: Instant; readonly order: number; readonly what: T }[] = [];
  #order = 0;

  add(at: Instant, what: T): void {
    this.#order += 1;
    this.#items.push({ at, order: this.#order, what });
  }

  /** Takes out what comes next; null when nothing does. */
  next(): { readonly at: Instant; readonly what: T } | null {
    if (this.#items.length === 0) return null;
    const first = this.#items.reduce((best, item) => (item.at < best.at || (item.at === best.at && item.order < best.order) ? item : best));
    this.#items = this.#items.filter((item) => item !== first);
    return first;
  }
}
