import { factsThatMatter, type LiveSegment } from '../../definitions/segment/review.js';
import { needsOfSegment } from '../../definitions/segment/segment.js';
import type { FactName } from '../../domain/events/fact.js';
import type { Need } from '../../journey/knowledge.js';
import type { Db } from '../../store/db.js';
import { readLiveSegments } from '../../store/segments.js';

/** The segments in force, with what is derived from all of them. */
export interface Segments {
  readonly live: readonly LiveSegment[];
  /** The facts after which a person is looked at. */
  readonly mattering: ReadonlySet<FactName>;
  readonly needs: readonly Need[];
}

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

export function segmentsOf(live: readonly LiveSegment[]): Segments {
  return { live, mattering: factsThatMatter(live), needs: live.flatMap(({ definition }) => needsOfSegment(definition)) };
}
