import type { TouchedRecord } from '../domain/events/happening.js';
import { applyToRecord, recordKey, type ServiceDeed, type ServiceRecord } from '../domain/service/service-record.js';

/** The tickets, feedback and reviews that the events of one transaction name, as those events change them. */
export class ProjectedRecords {
  readonly #before: ReadonlyMap<string, ServiceRecord>;
  readonly #records: Map<string, ServiceRecord>;

  constructor(stored: readonly ServiceRecord[]) {
    this.#before = new Map(stored.map((record) => [recordKey(record), record]));
    this.#records = new Map(this.#before);
  }

  apply(deed: ServiceDeed): TouchedRecord {
    const key = recordKey({ kind: deed.told.of, id: deed.told.id });
    const record = applyToRecord(this.#records.get(key) ?? null, deed);
    this.#records.set(key, record);
    return { owner: record.profileId };
  }

  /** Those that changed, by their keys. */
  toWrite(): readonly ServiceRecord[] {
    const changed = [...this.#records].filter(([key, record]) => this.#before.get(key) !== record);
    return changed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
  }
}
