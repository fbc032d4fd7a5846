import { type Segments, segmentsOf } from '../../definitions/segment/in-force.js';
import type { LiveSegment } from '../../definitions/segment/review.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';

const nowhere: ReadonlyMap<string, Instant> = new Map();

/** Who belongs to which segment since when, and when somebody is to be looked at although nothing happens. */
export class MemberBook {
  #inForce: Segments = segmentsOf([]);
  readonly #places = new Map<ProfileId, ReadonlyMap<string, Instant>>();
  readonly #due = new Map<ProfileId, Instant>();

  get inForce(): Segments {
    return this.#inForce;
  }

  putInForce(live: readonly LiveSegment[]): void {
    this.#inForce = segmentsOf(live);
  }

  /** Since when, by the ids of the segments that the person belongs to. */
  placesOf(id: ProfileId): ReadonlyMap<string, Instant> {
    return this.#places.get(id) ?? nowhere;
  }

  /** `dueAt` null: nothing that time brings changes it. */
  write(id: ProfileId, places: ReadonlyMap<string, Instant>, dueAt: Instant | null): void {
    if (places.size === 0) this.#places.delete(id);
    else this.#places.set(id, places);
    if (dueAt === null) this.#due.delete(id);
    else this.#due.set(id, dueAt);
  }

  /** The places of the one are the other's, who is looked at next. */
  move(from: ProfileId, into: ProfileId): void {
    this.#places.set(into, new Map([...this.placesOf(from), ...this.placesOf(into)]));
    this.#places.delete(from);
    this.#due.delete(from);
  }

  /** The next instant at which somebody is to be looked at; null: none. */
  nextDue(): Instant | null {
    return this.#due.size === 0 ? null : Math.min(...this.#due.values());
  }

  /** Who is to be looked at by then, by id. */
  dueBy(at: Instant): readonly ProfileId[] {
    return [...this.#due]
      .filter(([, due]) => due <= at)
      .map(([id]) => id)
      .sort();
  }
}
