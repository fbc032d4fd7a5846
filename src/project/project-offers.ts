import { offers } from '../definitions/offer/kind.js';
import type { LiveOffer } from '../domain/offers/offer.js';
import { loadDefinitions } from './load-definitions.js';

/** The offers of a project folder, as if they were in force; files with errors are left out, lint tells of them. */
export function loadOffers(folder: string): Promise<readonly LiveOffer[]> {
  return loadDefinitions(folder, offers);
}

/** What lint of journeys looks up. */
export async function projectOfferIds(folder: string): Promise<readonly string[]> {
  return (await loadOffers(folder)).map(({ definition }) => definition.id);
}
