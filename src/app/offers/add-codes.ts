import { type AddedCodes, addCodes, wakeForCodes } from '../../store/offer-codes.js';
import type { AppDeps } from '../deps.js';

/** Adds codes to the list of an offer, and lets those look again who wait for one. */
export async function addOfferCodes(
  { store, clock, notifyRelay }: Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>,
  offer: string,
  codes: readonly string[],
): Promise<AddedCodes> {
  const result = await store.transaction(async (trx) => {
    const told = await addCodes(trx, offer, codes);
    if (told.added > 0) await wakeForCodes(trx, { offer, most: told.added, at: clock.now() });
    return told;
  });
  if (result.added > 0) notifyRelay();
  return result;
}
