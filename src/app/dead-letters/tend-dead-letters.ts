import { day } from '../../domain/time/instant.js';
import { dropOldestLetters, expireLetters, readLetterSources } from '../../store/dead-letters.js';
import type { AppDeps } from '../deps.js';

/** More letters of a source than this are looked at by nobody. The oldest make room: a full shelf refuses nothing. */
export const lettersPerSource = 5_000;
/** A letter is somebody's data: after this time nobody mends it any more. */
const lettersLiveMs = 90 * day;

/** Keeps the dead letters within their bounds. Dropped open letters are reported: in the log, by source, and as an alarm. */
export async function tendDeadLetters(
  { store, clock, log, metrics }: Pick<AppDeps, 'store' | 'clock' | 'log' | 'metrics'>,
  most = lettersPerSource,
): Promise<void> {
  const expired = await expireLetters(store.db, clock.now() - lettersLiveMs);
  if (expired > 0) log.warn({ letters: expired }, 'Dead letters that waited for 90 days were dropped.');
  for (const source of await readLetterSources(store.db)) {
    const dropped = await dropOldestLetters(store.db, source, most);
    if (dropped === 0) continue;
    log.warn({ source, letters: dropped }, 'Dead letters that nobody had looked at were dropped: the shelf of their source is full.');
    metrics.alarm('dead-letters-dropped');
  }
}
