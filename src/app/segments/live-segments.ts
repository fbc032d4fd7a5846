import { type Segments, segmentsOf } from '../../definitions/segment/in-force.js';
import type { Db } from '../../store/db.js';
import { readLiveSegments } from '../../store/segments.js';

/** The segments in force as this process knows them: at most as old as the last `refresh`. */
export class LiveSegments {
  #segments: Segments = segmentsOf([]);
  #versions = 0;

  current(): Segments {
    return this.#segments;
  }

  async refresh(db: Db): Promise<void> {
    this.#segments = segmentsOf(await readLiveSegments(db));
  }

  /** Reads them when something was published since. `versions`: how many there are in the store. */
  async take(versions: number, db: Db): Promise<void> {
    if (versions === this.#versions) return;
    await this.refresh(db);
    this.#versions = versions;
  }
}
