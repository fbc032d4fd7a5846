import { day, hour } from '../../domain/time/instant.js';
import { makeRfmBounds, reviewBuyers } from '../../store/rfm.js';
import type { AppDeps } from '../deps.js';

/** Fewer cannot be parted into fifths that say something. */
const fewestBuyers = 20;

/**
 * Once a day, where a segment in force asks for it: divides all buyers into fifths again, and checks them within the hour. Journeys hear
 * of whom that moves.
 */
export async function tendRfmBounds(deps: Pick<AppDeps, 'store' | 'clock' | 'segments'>): Promise<void> {
  if (!deps.segments.current().needs.some(({ of }) => of === 'rfm')) return;
  await deps.store.transaction(async (trx) => {
    const at = deps.clock.now();
    if (await makeRfmBounds(trx, { at, maxAgeMs: day, fewest: fewestBuyers })) await reviewBuyers(trx, at, hour);
  });
}
