import { claimBatches, giveBackBatch } from '../store/broadcast-batches.js';
import type { Store } from '../store/db.js';
import type { TemporalConnection } from './connection.js';
import { startBatchRun } from './entry-runs.js';
import { Rest } from './rest.js';

/** Real milliseconds. */
const pollMs = 300;
const atOnce = 4;

/** Starts the workflows of a broadcast's batches, for the poke loop. */
export class LetterBatches {
  readonly #store: Store;
  readonly #rest = new Rest(pollMs);

  constructor(store: Store) {
    this.#store = store;
  }

  /** The starts that are due now. One that fails gives its batch back and throws. */
  async due(connection: TemporalConnection): Promise<readonly (() => Promise<void>)[]> {
    if (!this.#rest.isOver()) return [];
    this.#rest.begin();
    const batches = await claimBatches(this.#store.db, atOnce);
    return batches.map((batch) => async () => {
      try {
        await startBatchRun(connection, batch);
      } catch (error) {
        await giveBackBatch(this.#store.db, batch).catch(() => undefined);
        throw error;
      }
    });
  }
}
