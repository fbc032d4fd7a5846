import type { LiveJourney } from '../matching/triggers.js';
import type { WaitMatch } from '../matching/waits.js';
import type { Trx } from './db.js';
import { selectLiveJourneys, withDefinitions } from './live-journeys.js';
import { inOneTrip } from './one-trip.js';
import { type Happens, selectWaits, toWait } from './waits.js';

/** Who waits for facts, and which journeys they may begin. */
export interface Listeners {
  readonly waits: readonly WaitMatch[];
  readonly journeys: readonly LiveJourney[];
}

/** Reads who listens to what happens. Two statements, in one round trip. */
export async function findListeners(trx: Trx, happens: Happens): Promise<Listeners> {
  const [waits, journeys] = await inOneTrip(trx, selectWaits(happens), selectLiveJourneys);
  return { waits: waits.map(toWait), journeys: await withDefinitions(trx, journeys) };
}
