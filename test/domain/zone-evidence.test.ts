import { describe, expect, test } from 'vitest';
import { countryZones } from '../../src/domain/country-zones.js';
import { isTimeZone } from '../../src/domain/time.js';
import { candidateZones } from '../../src/domain/zone-evidence.js';

const shopTimeZone = 'Europe/Berlin';

describe('where a person may be', () => {
  test('the stated zone decides', () => {
    expect(candidateZones({ timeZone: 'Pacific/Honolulu', country: 'US', shopTimeZone })).toEqual(['Pacific/Honolulu']);
  });

  test.each(['+02:00', 'Mars/Olympus', ''])('a stated zone that is none (%s) says nothing', (timeZone) => {
    expect(candidateZones({ timeZone, country: 'PT', shopTimeZone })).toEqual(['Europe/Lisbon', 'Atlantic/Azores']);
  });

  test.each(['US', 'us', 'United States', 'USA'])('all zones of the country: %s', (country) => {
    const zones = candidateZones({ timeZone: null, country, shopTimeZone });

    expect(zones).toEqual(expect.arrayContaining(['America/New_York', 'America/Phoenix', 'Pacific/Honolulu']));
  });

  test.each([null, 'ZZ', 'Atlantis'])('with no country that we know (%s): the shop’s', (country) => {
    expect(candidateZones({ timeZone: null, country, shopTimeZone })).toEqual([shopTimeZone]);
  });
});

test('every zone of the table is one that this build knows', () => {
  expect(
    Object.values(countryZones)
      .flat()
      .filter((zone) => !isTimeZone(zone)),
  ).toEqual([]);
  expect(Object.keys(countryZones).length).toBeGreaterThan(240);
});
