import { countryZones } from './country-zones.js';
import { isTimeZone } from './time.js';

/**
 * The zones in which the person may be: the one they stated, else all of their country, else the shop's. Never empty.
 * `country` is an ISO 3166 code in any case, or its English name.
 *
 * @example candidateZones({ timeZone: null, country: 'PT', shopTimeZone: 'Europe/Berlin' }) // Lisbon and the Azores
 */
export function candidateZones(evidence: {
  readonly timeZone: string | null;
  readonly country: string | null;
  readonly shopTimeZone: string;
}): readonly string[] {
  if (evidence.timeZone !== null && isTimeZone(evidence.timeZone)) return [evidence.timeZone];
  const zones = evidence.country === null ? undefined : countryZones[countryCode(evidence.country)];
  return zones ?? [evidence.shopTimeZone];
}

function countryCode(country: string): string {
  const text = country.trim();
  return text.length === 2 ? text.toUpperCase() : (codesByName().get(text.toLowerCase()) ?? '');
}

let names: ReadonlyMap<string, string> | null = null;

/** Shops send `Germany` as often as `DE`. */
function codesByName(): ReadonlyMap<string, string> {
  if (names === null) {
    const english = new Intl.DisplayNames(['en'], { type: 'region' });
    names = new Map([
      ...Object.keys(countryZones).map((code) => [(english.of(code) ?? code).toLowerCase(), code] as const),
      ...([
        ['usa', 'US'],
        ['united states of america', 'US'],
        ['great britain', 'GB'],
        ['england', 'GB'],
        ['scotland', 'GB'],
        ['wales', 'GB'],
        ['czech republic', 'CZ'],
      ] as const),
    ]);
  }
  return names;
}
