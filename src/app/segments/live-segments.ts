import { type Segments, segmentsOf } from '../../definitions/segment/in-force.js';
import type { Db } from '../../store/db.js';
import { newestFills, readLiveSegments } from '../../store/segments.js';
import { fillOf } from './review-people.js';

/** The segments in force as this process knows them: at most as old as the last `refresh`. */
export class LiveSegments {
  #segments: Segments = segmentsOf([]);
  #versions = 0;

  current(): Segments {
    return this.#segments;
  }

  async refresh(db: Db): Promise<void> {
    const live = await readLiveSegments(db);
    const fills = live.length === 0 ? [] : await newestFills(db);
    this.#segments = segmentsOf(
      live,
      live.every((one) => (fillOf(one, fills)?.finishedAt ?? null) !== null),
    );
  }

  /** Reads them when something was published since, and while not all are filled. `versions`: how many there are in the store. */
  async take(versions: number, db: Db): Promise<void> {
    if (versions === this.#versions && this.#segments.isFilled) return;
    await this.refresh(db);
    this.#versions = versions;
  }
}
