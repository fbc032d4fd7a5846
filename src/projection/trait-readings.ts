import { greetingName } from '../domain/people/person-name.js';
import { countryZones } from '../domain/places/country-zones.js';
import { countryCode } from '../domain/places/zone-evidence.js';
import { readTimeZone } from '../domain/time/time-zone.js';
import { isRecord } from '../domain/values/is-record.js';
import { readLanguageTag } from '../domain/values/language-tag.js';
import { contactPoints } from './contact-points.js';

/** A trait that counts as something else than it says. The trait itself stays as it was given. Personal data. */
export interface TraitReading {
  /** `phone`, `address.country`. */
  readonly trait: string;
  readonly given: string;
  /** What is gone by; null: nothing could be read, so it counts as not given. */
  readonly kept: string | null;
}

type Traits = Readonly<Record<string, unknown>>;

/**
 * Traits that are read otherwise than they were given, and those that say nothing: number, address, zone, country, language, first name.
 * `shopCountry`: numbers without a country code are read as from there.
 */
export function traitReadings(traits: Traits, shopCountry: string | null): readonly TraitReading[] {
  const { email, phone } = contactPoints(traits, shopCountry);
  const address = isRecord(traits['address']) ? traits['address'] : {};
  return [
    reading('email', traits['email'], () => email),
    reading('phone', traits['phone'], () => phone),
    reading('timezone', traits['timezone'], readTimeZone),
    reading('country', traits['country'], readCountry),
    reading('address.country', address['country'], readCountry),
    ...['locale', 'language'].map((name) =>
      reading(name, traits[name], (value) => (typeof value === 'string' ? readLanguageTag(value) : null)),
    ),
    ...['firstName', 'first_name'].map((name) =>
      reading(name, traits[name], (value) => (typeof value === 'string' ? greetingName(value) : null)),
    ),
  ].filter((one) => one !== null);
}

const addressTraits: ReadonlySet<string> = new Set(['email', 'phone']);

/** Notes such as `unreadable:traits.timezone`, of the traits that an event changed. Addresses have notes of their own. */
export function traitNotes(traits: Traits, changed: readonly string[]): readonly string[] {
  const named: Traits = Object.fromEntries(Object.entries(traits).filter(([name]) => changed.includes(name) && !addressTraits.has(name)));
  return traitReadings(named, null).flatMap(({ trait, kept }) => (kept === null ? [`unreadable:traits.${trait}`] : []));
}

function readCountry(value: unknown): string | null {
  const code = typeof value === 'string' ? countryCode(value) : '';
  return Object.hasOwn(countryZones, code) ? code : null;
}

/** Null: it is not given, or counts as it is. */
function reading(trait: string, value: unknown, read: (value: unknown) => string | null): TraitReading | null {
  if (value === undefined || value === null || value === '') return null;
  const given = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const kept = read(value);
  return kept === given ? null : { trait, given, kept };
}
