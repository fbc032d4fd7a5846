import { fieldsOf } from '../../definitions/field/fields.js';
import { type Fields, noFields } from '../../domain/answers/field.js';
import type { Db } from '../../store/db.js';
import { readLiveFields } from '../../store/fields.js';

/** The fields in force as this process knows them: at most as old as the last `refresh`. */
export class LiveFields {
  #fields: Fields = noFields;
  #versions = 0;

  current(): Fields {
    return this.#fields;
  }

  async refresh(db: Db): Promise<void> {
    this.#fields = fieldsOf((await readLiveFields(db)) ?? { fields: [] });
  }

  /** Reads them when something was published since. `versions`: how many there are in the store. */
  async take(versions: number, db: Db): Promise<void> {
    if (versions === this.#versions) return;
    await this.refresh(db);
    this.#versions = versions;
  }
}
