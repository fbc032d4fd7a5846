import type { Clock } from '../domain/time/clock.js';
import type { Store } from '../store/db.js';
import { countUnfinished, listUnfinished, type UnfinishedEntry } from '../store/pokes.js';
import type { TemporalConnection } from './connection.js';
import { startEntryRun } from './entry-runs.js';

export interface ReconcileProgress {
  /** Entries of which a run has been ensured. */
  readonly done: number;
  /** Entries that had not finished when it began. */
  readonly total: number;
}

export interface ReconcileOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly connection: () => TemporalConnection | null;
  readonly hasWorker: boolean;
  readonly onProgress: (progress: ReconcileProgress) => void;
  readonly isStopping: () => boolean;
}

const pageSize = 200;
/** Fewer than the poke loop's, which goes on meanwhile. */
const callsAtOnce = 8;
const tries = 8;

/**
 * Ensures a run for every entry that has not finished, without touching `poke_real`: what a run finds there is as it was. It adds nothing
 * to a run that is there, so it may be done at any time.
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileProgress> {
  const { store, onProgress, isStopping } = options;
  const total = await countUnfinished(store.db);
  let done = 0;
  let afterId = '';
  for (;;) {
    const page = await listUnfinished(store.db, afterId, pageSize);
    const last = page.at(-1);
    if (last === undefined || isStopping()) return { done, total };
    const waiting = [...page];
    await Promise.all(
      Array.from({ length: callsAtOnce }, async () => {
        for (let entry = waiting.shift(); entry !== undefined && !isStopping(); entry = waiting.shift()) {
          await ensure(options, entry);
          done += 1;
        }
      }),
    );
    afterId = last.id;
    onProgress({ done, total: Math.max(total, done) });
  }
}

async function ensure(options: ReconcileOptions, entry: UnfinishedEntry): Promise<void> {
  const { clock, hasWorker } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const connection = options.connection();
      if (connection === null) throw new Error('Temporal has not been reached yet.');
      const delayMs = entry.dueAt === null ? 0 : Math.max(0, clock.timerAt(entry.dueAt) - clock.realNow());
      await startEntryRun(
        connection,
        { journeyId: entry.journeyId, entryId: entry.id },
        { delayMs, eager: hasWorker, onConflict: 'USE_EXISTING' },
      );
      return;
    } catch (error) {
      if (attempt === tries || options.isStopping()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    }
  }
}
