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

/** The candidate zones by what the person's traits say: `timezone`, else `country`, else the country of `address`. */
export function zonesByTraits(traits: Readonly<Record<string, unknown>>, shopTimeZone: string): readonly string[] {
  const address = traits['address'];
  const nested = typeof address === 'object' && address !== null ? (address as Readonly<Record<string, unknown>>)['country'] : null;
  return candidateZones({ timeZone: text(traits['timezone']), country: text(traits['country']) ?? text(nested), shopTimeZone });
}

/** The zone in which calendar waits and sentences are told: the person's where only one is possible, else the shop's. */
export function calendarZone(zones: readonly string[], shopTimeZone: string): string {
  const [only] = zones;
  return zones.length === 1 && only !== undefined ? only : shopTimeZone;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
