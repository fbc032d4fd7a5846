import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Fact } from '../events/fact.js';
import { day, type Instant } from '../time/instant.js';
import { readTimeZone } from '../time/time-zone.js';
import { isSameClock } from '../time/zone-offset.js';
import { remembered } from '../values/remembered.js';
import { placesOfAreaCode } from './area-codes.js';
import { countryOfZone, countryZones } from './country-zones.js';
import { regionCode, zonesOfRegion } from './region-zones.js';

/** Somewhere that the person may be: whose clock counts, and whose law. */
export interface Place {
  readonly zone: string;
  /** ISO 3166; null: unknown. */
  readonly country: string | null;
  /** ISO 3166-2 without the country; null: unknown. */
  readonly region: string | null;
  /**
   * What is not known although the law asks for it: the state, or even the zone, of somebody in the United States. `zone` is then one to
   * reckon with.
   */
  readonly unknown: 'region' | 'zone' | null;
}

/** What tells where a person is. Texts as people and shops write them; what says nothing is ignored. */
export interface ZoneEvidence {
  /** IANA name, stated by the person. */
  readonly timeZone: string | null;
  /** ISO 3166 in any case, or the English name. */
  readonly country: string | null;
  readonly region: string | null;
  /** E.164. */
  readonly phone: string | null;
  /** IANA name of the last device, where one told. */
  readonly seenZone?: string | null;
}

/**
 * Every place where the person may be; a text is sent only when all are open. Never empty.
 *
 * Stated zone, postal address and area code each name some places. Evidence that agrees narrows the places; evidence that contradicts adds
 * places. If nothing names a country (a zone such as UTC belongs to none): all places of the country of the phone number, otherwise the
 * shop's. For a person in the United States without a zone: New York, with hours of its own.
 *
 * @example candidatePlaces({ timeZone: null, country: 'PT', region: null, phone: null }, shop) // Lisbon and the Azores
 */
export function candidatePlaces(evidence: ZoneEvidence, shop: { readonly timeZone: string; readonly country: string }): readonly Place[] {
  const told = [byZone(evidence.timeZone), byAddress(evidence), byAreaCode(evidence.phone), byZone(evidence.seenZone ?? null)];
  const groups = told.reduce(withEvidence, []);
  const isCountryKnown = groups.flat().some(({ country }) => country !== null);
  const places = (isCountryKnown ? groups : withEvidence(groups, byCallingCode(evidence.phone))).flatMap(toPlaces);
  return places.length === 0 ? [shopPlace(shop)] : places;
}

type Groups = readonly (readonly Candidate[])[];

/** Makes the first group that agrees more exact, or stands beside them all. */
function withEvidence(groups: Groups, told: readonly Candidate[]): Groups {
  if (told.length === 0) return groups;
  const agreeing = groups.findIndex((group) => overlap(group, told).length > 0);
  return agreeing === -1 ? [...groups, told] : groups.map((group, index) => (index === agreeing ? overlap(group, told) : group));
}

/** Where the shop is: for people of whom nothing tells where they are, and for test sends. */
export function shopPlace(shop: { readonly timeZone: string; readonly country: string }): Place {
  return { zone: shop.timeZone, country: shop.country, region: null, unknown: shop.country === 'US' ? 'region' : null };
}

type Candidate = Pick<Place, 'zone' | 'country' | 'region'>;

function byZone(zone: string | null): readonly Candidate[] {
  const known = readTimeZone(zone);
  return known === null ? [] : [{ zone: known, ...asState(countryOfZone(known), null) }];
}

function byAddress({ country: told, region: toldRegion }: Pick<ZoneEvidence, 'country' | 'region'>): readonly Candidate[] {
  if (told === null) return [];
  const code = countryCode(told);
  const zones = countryZones[code];
  if (zones === undefined) return [];
  const { country, region } = asState(code, toldRegion === null ? null : regionCode(code, toldRegion));
  const known = country === null || region === null ? null : zonesOfRegion(country, region);
  return (known ?? zones).map((zone) => ({ zone, country, region }));
}

function byAreaCode(phone: string | null): readonly Candidate[] {
  if (phone?.startsWith('+1') !== true) return [];
  return placesOfAreaCode(phone).flatMap((place) => {
    const [country, region] = place.split('-');
    return byAddress({ country: country ?? null, region: region ?? null });
  });
}

/** The weakest: people keep their number when they move, and outside North America no law goes by it. */
function byCallingCode(phone: string | null): readonly Candidate[] {
  if (phone?.startsWith('+') !== true) return [];
  // Most of the numbers under +1, also those with an area code that is new to us, are of the United States.
  if (phone.startsWith('+1')) return byAddress({ country: 'US', region: null });
  const country = countryOfCode(phone);
  return country === null ? [] : byAddress({ country, region: null });
}

/** Every turn of a person asks. */
const countryOfCode = remembered((phone: string): string | null => {
  const number = parsePhoneNumberFromString(phone);
  return number?.country ?? number?.getPossibleCountries()[0] ?? null;
}, 1_000);

/** The territories have codes of their own, and the law of the United States. */
function asState(country: string | null, region: string | null): Pick<Candidate, 'country' | 'region'> {
  return country !== null && territories.has(country) ? { country: 'US', region: country } : { country, region };
}

const territories: ReadonlySet<string> = new Set(['AS', 'GU', 'MP', 'PR', 'VI']);

/** Where both may be true, with all that either says. */
function overlap(some: readonly Candidate[], others: readonly Candidate[]): readonly Candidate[] {
  const found = some.flatMap((one) =>
    others.flatMap((other): Candidate[] =>
      agree(one.country, other.country) && agree(one.region, other.region) && isSameClock(one.zone, other.zone)
        ? [{ zone: one.zone, country: one.country ?? other.country, region: one.region ?? other.region }]
        : [],
    ),
  );
  return found.filter((one, index) => found.findIndex((other) => other.zone === one.zone && other.region === one.region) === index);
}

function agree(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

function toPlaces(group: readonly Candidate[]): readonly Place[] {
  const isStateUnknown = group.some(({ country, region }) => country === 'US' && region === null);
  if (!isStateUnknown) return group.map((one) => ({ ...one, unknown: null }));
  const [only] = group;
  if (group.length === 1 && only !== undefined) return [{ ...only, unknown: 'region' }];
  return [{ zone: 'America/New_York', country: 'US', region: null, unknown: 'zone' }];
}

/** ISO 3166 of a code in any case, or of a country's English name; empty: none. */
export function countryCode(country: string): string {
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

/** Does a fact say that a trait changed which tells where the person is? */
export function tellsPlace(fact: Pick<Fact, 'name' | 'properties'>): boolean {
  const changed = fact.properties['changed'];
  return fact.name === 'profile.updated' && Array.isArray(changed) && changed.some((name) => placeTraits.has(name));
}

const placeTraits: ReadonlySet<unknown> = new Set(['timezone', 'country', 'region', 'state', 'address', 'phone']);

/** The trait under which the zone of the person's device is kept: `{ zone, on }`, with the day on which it was last seen. */
const seenZone = 'seen_timezone';
/** It is stored again at most this often, and counts this long. */
const seenAgainMs = 7 * day;
const seenForMs = 90 * day;

/**
 * What an event's `context.timezone` adds to the traits; nothing where it is known already, or no zone of a country: servers and cautious
 * browsers say
 * `UTC`.
 */
export function seenZoneTraits(
  traits: Readonly<Record<string, unknown>>,
  context: unknown,
  at: Instant,
): Readonly<Record<string, unknown>> {
  const told = readTimeZone(fieldOf(context, 'timezone'));
  if (told === null) return {};
  const known = traits[seenZone];
  if (fieldOf(known, 'zone') === told && at - daySeen(known) < seenAgainMs) return {};
  if (at < daySeen(known) || countryOfZone(told) === null) return {};
  return { [seenZone]: { zone: told, on: new Date(at).toISOString().slice(0, 10) } };
}

/** NaN where nothing is known: no comparison holds then. */
function daySeen(known: unknown): Instant {
  return Date.parse(String(fieldOf(known, 'on')));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/**
 * The places by what the person's traits say: `timezone`, `country`, `state` or `region`, the same of `address`, the phone number, and
 * where their device was in the 90 days before `at` (null: that is left aside).
 */
export function placesByTraits(
  person: { readonly traits: Readonly<Record<string, unknown>>; readonly phone: string | null },
  shop: { readonly timeZone: string; readonly country: string },
  at: Instant | null,
): readonly Place[] {
  const { traits, phone } = person;
  const nested = traits['address'];
  const address = typeof nested === 'object' && nested !== null ? (nested as Readonly<Record<string, unknown>>) : {};
  const seen = traits[seenZone];
  const isOwn = text(traits['country']) !== null;
  const from = isOwn ? traits : address;
  return candidatePlaces(
    {
      timeZone: text(traits['timezone']),
      country: text(from['country']),
      region: text(from['state']) ?? text(from['region']) ?? (isOwn ? (text(address['state']) ?? text(address['region'])) : null),
      phone,
      seenZone: at !== null && at - daySeen(seen) < seenForMs ? text(fieldOf(seen, 'zone')) : null,
    },
    shop,
  );
}

/**
 * The zone of calendar waits and sentences. "10:00 in the person's zone" needs one zone, while quiet hours use all: the one that the person
 * states, then that of their device (`stated`, see `statedZone`), then the only one possible, then the most populous of their country; if
 * nothing is known, the shop's.
 */
export function calendarZone(places: readonly Place[], shopTimeZone: string, stated: string | null = null): string {
  if (stated !== null) return stated;
  const first = places.find(({ country }) => country !== null) ?? places[0];
  if (first === undefined) return shopTimeZone;
  const populous = first.country === null ? undefined : populousZones[first.country];
  const isOpen = places.filter(({ country, region }) => country === first.country && region === first.region).length > 1;
  return isOpen && populous !== undefined && first.region === null ? populous : first.zone;
}

/** Where a country has several clocks, that of most of its people; elsewhere the first of its zones. */
const populousZones: Readonly<Record<string, string>> = {
  AU: 'Australia/Sydney',
  BR: 'America/Sao_Paulo',
  CA: 'America/Toronto',
  CD: 'Africa/Kinshasa',
  CL: 'America/Santiago',
  EC: 'America/Guayaquil',
  KZ: 'Asia/Almaty',
  MN: 'Asia/Ulaanbaatar',
  NZ: 'Pacific/Auckland',
  RU: 'Europe/Moscow',
};

/**
 * The zone that a person states, else the one in which their device was in the 90 days before `at`; null: neither, or one of no country
 * (`UTC`).
 */
export function statedZone(traits: Readonly<Record<string, unknown>>, at: Instant): string | null {
  const seen = traits[seenZone];
  const told = [traits['timezone'], at - daySeen(seen) < seenForMs ? fieldOf(seen, 'zone') : null];
  return told.map(readTimeZone).find((zone) => zone !== null && countryOfZone(zone) !== null) ?? null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
