import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/time/instant.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import type { Trx } from '../../store/db.js';
import { addJourneyVersion, createJourney, findVersionByHash, lockJourney } from '../../store/journeys.js';

/**
 * The version of a journey of Sojourn's own that says this; frozen now when it is needed for the first time. One statement, once it is
 * there.
 */
export async function freezeInternal(trx: Trx, definition: JourneyDefinition, at: Instant): Promise<number> {
  const hash = createHash('sha256').update('internal\0').update(JSON.stringify(definition)).digest('hex');
  const known = await findVersionByHash(trx, definition.id, hash);
  if (known !== null) return known;
  await createJourney(trx, definition.id, at, true);
  await lockJourney(trx, definition.id);
  // Another may have frozen it while the lock was waited for.
  const meanwhile = await findVersionByHash(trx, definition.id, hash);
  return meanwhile ?? addJourneyVersion(trx, { journeyId: definition.id, source: '', definition, hash, note: null, at });
}
