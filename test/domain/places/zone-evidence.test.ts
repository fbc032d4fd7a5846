import { describe, expect, test } from 'vitest';
import { countryOfZone, countryZones } from '../../../src/domain/places/country-zones.js';
import { regionsOf, zonesOfRegion } from '../../../src/domain/places/region-zones.js';
import {
  calendarZone,
  candidatePlaces,
  placesByTraits,
  seenZoneTraits,
  statedZone,
  type ZoneEvidence,
} from '../../../src/domain/places/zone-evidence.js';
import { day } from '../../../src/domain/time/instant.js';
import { isTimeZone } from '../../../src/domain/time/time-zone.js';
import { isSameClock, offsetSpan } from '../../../src/domain/time/zone-offset.js';

const shop = { timeZone: 'Europe/Berlin', country: 'DE' };
const nothing: ZoneEvidence = { timeZone: null, country: null, region: null, phone: null };

/** `America/New_York US-FL`, in order. */
function told(evidence: Partial<ZoneEvidence>): readonly string[] {
  return candidatePlaces({ ...nothing, ...evidence }, shop).map(({ zone, country, region, unknown }) =>
    [zone, region === null ? country : `${country}-${region}`, ...(unknown === null ? [] : [`no ${unknown}`])].join(' '),
  );
}

describe('where a person may be', () => {
  test('the stated zone decides, and names its country', () => {
    expect(told({ timeZone: 'Pacific/Honolulu', country: 'US' })).toEqual(['Pacific/Honolulu US no region']);
    expect(told({ timeZone: 'Europe/Vienna' })).toEqual(['Europe/Vienna AT']);
    expect(told({ timeZone: 'America/Detroit', country: 'US', region: 'MI' })).toEqual(['America/Detroit US-MI']);
  });

  test.each(['+02:00', 'Mars/Olympus', ''])('a stated zone that is none (%s) says nothing', (timeZone) => {
    expect(told({ timeZone, country: 'PT' })).toEqual(['Europe/Lisbon PT', 'Atlantic/Azores PT']);
  });

  test.each(['DE', 'de', 'Germany'])('all zones of the country: %s', (country) => {
    expect(told({ country })).toEqual(['Europe/Berlin DE']);
  });

  test.each(['US', 'us', 'United States', 'USA'])('somebody of %s without a state: hours of their own', (country) => {
    expect(told({ country })).toEqual(['America/New_York US no zone']);
  });

  test.each(['FL', 'fl', 'US-FL', 'Florida', ' florida '])('the zones of the state: %s', (region) => {
    expect(told({ country: 'US', region })).toEqual(['America/New_York US-FL', 'America/Chicago US-FL']);
  });

  test('a province of Canada, and a territory under its own code', () => {
    expect(told({ country: 'CA', region: 'Ontario' })).toEqual([
      'America/Toronto CA-ON',
      'America/Atikokan CA-ON',
      'America/Winnipeg CA-ON',
    ]);
    expect(told({ country: 'GU' })).toEqual(['Pacific/Guam US-GU']);
    expect(told({ country: 'PR', phone: '+17872341234' })).toEqual(['America/Puerto_Rico US-PR']);
  });

  test('the area code of a North American number, the country of any other', () => {
    expect(told({ phone: '+12125550123' })).toEqual(['America/New_York US-NY']);
    expect(told({ phone: '+14165550123' })).toEqual(told({ country: 'CA', region: 'ON' }));
    expect(told({ phone: '+18765550123' })).toEqual(['America/Jamaica JM']);
    expect(told({ phone: '+491701234567' })).toEqual(['Europe/Berlin DE']);
    expect(told({ phone: '+447700900123' })).toEqual(['Europe/London GB']);
  });

  test('a number from elsewhere counts only where nothing else tells', () => {
    expect(told({ phone: '+447700900123', timeZone: 'Europe/Berlin' })).toEqual(['Europe/Berlin DE']);
    expect(told({ phone: '+447700900123', country: 'FR' })).toEqual(['Europe/Paris FR']);
  });

  test('a stated zone that is no country’s leaves the number to say whose law counts', () => {
    expect(told({ timeZone: 'UTC', phone: '+33612345678' })).toEqual(['UTC ', 'Europe/Paris FR']);
    expect(told({ timeZone: 'Etc/UTC', phone: '+3546123456' })).toEqual(['Etc/UTC IS']);
    expect(told({ timeZone: 'UTC', phone: '+15555550123' })).toEqual(['UTC ', 'America/New_York US no zone']);
    expect(told({ timeZone: 'UTC', phone: '+33612345678', country: 'GB' })).toEqual(['UTC ', 'Europe/London GB']);
    expect(told({ timeZone: 'CET', phone: '+33612345678' })).toEqual(['CET FR']);
    expect(told({ timeZone: 'UTC' })).toEqual(['UTC ']);
  });

  test.each(['UCT', 'Zulu', 'Universal', 'Greenwich', 'EST', 'CET', 'Etc/GMT-1'])('%s is no country’s', (zone) => {
    expect(countryOfZone(zone)).toBeNull();
  });

  test('an area code that nobody wrote down leaves the United States without a state, unless something else tells', () => {
    expect(told({ phone: '+15555550123' })).toEqual(['America/New_York US no zone']);
    expect(told({ phone: '+15555550123', country: 'CA', region: 'NS' })).toEqual(['America/Halifax CA-NS']);
  });

  test.each([null, 'ZZ', 'Atlantis'])('with no country that we know (%s): the shop’s', (country) => {
    expect(told({ country })).toEqual(['Europe/Berlin DE']);
  });
});

describe('several pieces of evidence', () => {
  test('make each other more exact where they agree', () => {
    expect(told({ timeZone: 'America/Chicago', country: 'US', region: 'FL' })).toEqual(['America/Chicago US-FL']);
    expect(told({ country: 'US', phone: '+12125550123' })).toEqual(['America/New_York US-NY']);
    expect(told({ country: 'PT', seenZone: 'Atlantic/Azores' })).toEqual(['Atlantic/Azores PT']);
  });

  test('stand side by side where they do not, and a third takes none of them away', () => {
    const moved = { timeZone: 'America/Los_Angeles', country: 'US', region: 'CT' };

    expect(told(moved)).toEqual(['America/Los_Angeles US no region', 'America/New_York US-CT']);
    expect(told({ ...moved, phone: '+12035550123' })).toEqual(['America/Los_Angeles US no region', 'America/New_York US-CT']);
    expect(told({ ...moved, phone: '+14045550123' })).toHaveLength(3);
    // One clock, two laws.
    expect(told({ timeZone: 'Europe/Paris', country: 'BE' })).toEqual(['Europe/Paris FR', 'Europe/Brussels BE']);
    expect(told({ country: 'US', region: 'NY', phone: '+12035550123' })).toEqual(['America/New_York US-NY', 'America/New_York US-CT']);
  });
});

test('traits say it in the ways that shops have', () => {
  const places = (traits: Readonly<Record<string, unknown>>, phone: string | null = null) =>
    placesByTraits({ traits, phone }, shop, null).map(({ zone, country, region }) => `${zone} ${country} ${region}`);

  expect(places({ address: { country: 'US', state: 'Nevada', city: 'Reno' } })).toEqual([
    'America/Los_Angeles US NV',
    'America/Denver US NV',
  ]);
  expect(places({ country: 'US', state: 'NJ' })).toEqual(['America/New_York US NJ']);
  expect(places({ country: 'US', address: { state: 'NJ' } })).toEqual(['America/New_York US NJ']);
  expect(places({ timezone: 'Europe/London' }, '+447700900123')).toEqual(['Europe/London GB null']);
  expect(places({ timezone: 7, country: {}, address: 'Berlin' })).toEqual(['Europe/Berlin DE null']);
});

describe('where the person’s device was', () => {
  const at = Date.UTC(2026, 10, 24, 12);
  const told = (zone: unknown) => ({ timezone: zone, ip: '203.0.113.7' });
  const seen = seenZoneTraits({}, told('America/Chicago'), at);

  test('is kept with the day, told anew once a week or from elsewhere, and never by what came late', () => {
    expect(seen).toEqual({ seen_timezone: { zone: 'America/Chicago', on: '2026-11-24' } });
    expect(seenZoneTraits(seen, told('America/Chicago'), at + 6 * day)).toEqual({});
    expect(seenZoneTraits(seen, told('America/Chicago'), at + 8 * day)).toEqual({
      seen_timezone: { zone: 'America/Chicago', on: '2026-12-02' },
    });
    expect(seenZoneTraits(seen, told('Europe/Paris'), at + day)).toMatchObject({ seen_timezone: { zone: 'Europe/Paris' } });
    expect(seenZoneTraits(seen, told('Europe/Paris'), at - day)).toEqual({});
  });

  test.each([['UTC'], ['Etc/GMT+5'], ['Mars/Olympus'], [''], [7], [undefined]])('says nothing when it is %j', (zone) => {
    expect(seenZoneTraits({}, told(zone), at)).toEqual({});
    expect(seenZoneTraits({}, null, at)).toEqual({});
  });

  test('counts for 90 days, beside the rest', () => {
    const places = (days: number, traits: Readonly<Record<string, unknown>> = {}) =>
      placesByTraits({ traits: { ...traits, ...seen }, phone: null }, shop, at + days * day).map(({ zone, region }) => `${zone} ${region}`);

    expect(places(1)).toEqual(['America/Chicago null']);
    expect(places(1, { country: 'US', state: 'FL' })).toEqual(['America/Chicago FL']);
    expect(places(1, { country: 'US', state: 'NY' })).toEqual(['America/New_York NY', 'America/Chicago null']);
    expect(places(91)).toEqual(['Europe/Berlin null']);
  });
});

describe('calendar waits go by one zone', () => {
  const zone = (evidence: Partial<ZoneEvidence>) => {
    const traits = {
      timezone: evidence.timeZone,
      seen_timezone: evidence.seenZone ? { zone: evidence.seenZone, on: '2026-12-01' } : undefined,
    };
    return calendarZone(candidatePlaces({ ...nothing, ...evidence }, shop), shop.timeZone, statedZone(traits, Date.UTC(2026, 11, 2)));
  };

  test.each([
    ['the stated one', { timeZone: 'America/Denver' }, 'America/Denver'],
    ['the stated one, whatever the number says', { timeZone: 'America/Los_Angeles', phone: '+12125550123' }, 'America/Los_Angeles'],
    ['the stated one, whatever the country says', { timeZone: 'Europe/Berlin', country: 'AT' }, 'Europe/Berlin'],
    [
      'the stated one of several of a country',
      { timeZone: 'America/Vancouver', country: 'CA', phone: '+14165550123' },
      'America/Vancouver',
    ],
    ['that of the device, where none is stated', { country: 'DE', seenZone: 'America/Chicago' }, 'America/Chicago'],
    ['not UTC, which is nobody’s', { timeZone: 'Etc/UTC', country: 'FR' }, 'Europe/Paris'],
    ['the only one possible', { country: 'US', region: 'NY', phone: '+12035550123' }, 'America/New_York'],
    ['that of most people of the United States', { country: 'US' }, 'America/New_York'],
    ['that of most people of Canada', { country: 'CA' }, 'America/Toronto'],
    ['that of most people of Portugal', { country: 'PT' }, 'Europe/Lisbon'],
    ['that of most people of Australia', { country: 'AU' }, 'Australia/Sydney'],
    ['that of most people of Brazil', { country: 'BR' }, 'America/Sao_Paulo'],
    ['that of most people of Russia', { country: 'RU' }, 'Europe/Moscow'],
    ['that of a name which is none: the shop’s', { timeZone: 'BST' }, 'Europe/Berlin'],
    ['the shop’s where nothing is known', {}, 'Europe/Berlin'],
  ] as const)('%s', (_what, evidence, expected) => expect(zone(evidence)).toBe(expected));
});

describe('the tables', () => {
  test('every zone is one that this build knows', () => {
    const regional = ['US', 'CA'].flatMap((country) => regionsOf(country).flatMap((region) => zonesOfRegion(country, region)!));

    expect([...Object.values(countryZones).flat(), ...regional].filter((zone) => !isTimeZone(zone))).toEqual([]);
    expect(Object.keys(countryZones).length).toBeGreaterThan(240);
    expect(regionsOf('US')).toHaveLength(56);
    expect(regionsOf('CA')).toHaveLength(13);
  });

  test('the zones of the states are zones of their country, by their clocks', () => {
    for (const country of ['US', 'CA'])
      for (const region of regionsOf(country))
        for (const zone of zonesOfRegion(country, region)!) {
          const own = [...countryZones[country]!, ...(countryZones[region] ?? [])];
          expect(
            own.some((one) => isSameClock(one, zone)),
            `${region} ${zone}`,
          ).toBe(true);
        }
  });

  test('every zone of the world but the abstract ones has a country', () => {
    const without = Intl.supportedValuesOf('timeZone').filter((zone) => countryOfZone(zone) === null);

    expect(without.filter((zone) => !/^(Etc\/|UTC|GMT|[A-Z]{3}|[A-Z]{3}\d[A-Z]{3}|WET|CET|EET|MET)/.test(zone))).toEqual([]);
    expect(['US/Eastern', 'Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv'].map(countryOfZone)).toEqual(['US', 'IN', 'IN', 'UA']);
  });
});

test('a change of clocks ends a span and begins the next', () => {
  const change = Date.parse('2026-03-29T01:00:00Z');

  expect(offsetSpan(change - 1, 'Europe/Berlin')).toMatchObject({ until: change, offsetMs: 3_600_000 });
  expect(offsetSpan(change, 'Europe/Berlin')).toMatchObject({ from: change, offsetMs: 7_200_000 });
  expect(offsetSpan(change, 'Etc/UTC')).toEqual({ from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, offsetMs: 0 });
});
