import { placesByTraits } from './zone-evidence.js';

/** A person as far as it tells where they are. */
export interface Whereabouts {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly phone: string | null;
}

/**
 * Does a rule of these countries (ISO 3166, upper case) count for this person? The strictest of the shop's country and all in which the
 * person may be; where nobody knows that, the rule counts.
 */
export function countsFor(countries: readonly string[], person: Whereabouts, shop: { readonly country: string }): boolean {
  if (countries.includes(shop.country)) return true;
  const places = placesByTraits(person, nowhere, null);
  return places.some(({ country }) => country === null || country === nowhere.country || countries.includes(country));
}

/** Where people are of whom nothing is known: not where the shop is. */
const nowhere = { timeZone: 'Etc/UTC', country: 'ZZ' };
