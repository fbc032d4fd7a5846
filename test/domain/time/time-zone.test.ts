import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarZone, placesByTraits } from '../../../src/domain/places/zone-evidence.js';
import { addCalendarDays, formatLocal, localClock, localTimeAfterDays, nextLocalTime } from '../../../src/domain/time/time.js';
import { isTimeZone, readTimeZone } from '../../../src/domain/time/time-zone.js';
import { offsetSpan } from '../../../src/domain/time/zone-offset.js';
import { parseShop } from '../../../src/project/shop.js';

test.each([
  ['Europe/London', true],
  ['America/Argentina/Buenos_Aires', true],
  ['UTC', true],
  ['+01:00', false],
  ['Europe/Londn', false],
  ['', false],
  ['GMT+25', false],
])('isTimeZone(%s) is %s', (text, expected) => {
  expect(isTimeZone(text)).toBe(expected);
});

/** Names that Intl takes for a zone of its own (`BST` is Bangladesh) and Temporal refuses. */
const shortNames = 'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' ');

describe('a name that one library takes and the other refuses is no zone', () => {
  test.each(shortNames)('%s, of a person and of the shop', (name) => {
    const places = placesByTraits({ traits: { timezone: name }, phone: null }, { timeZone: 'Europe/London', country: 'GB' }, 0);
    const file = readFileSync('shop.yaml', 'utf8').replace(/^time_zone: .*$/m, `time_zone: ${name}`);

    expect(readTimeZone(name)).toBeNull();
    expect(calendarZone(places, 'Europe/London')).toBe('Europe/London');
    expect(parseShop(file).kind).toBe('invalid');
  });
});

test.each([
  [' Europe/Berlin ', 'Europe/Berlin'],
  ['\u200BEurope/Berlin\u200E', 'Europe/Berlin'],
  ['europe/BERLIN', 'Europe/Berlin'],
  ['Europe/Berlin\n', 'Europe/Berlin'],
  ['Asia/Calcutta', 'Asia/Calcutta'],
  ['+02:00', null],
  ['2026-12-01T00:00[Europe/Berlin]', null],
  ['Europe/Berlin/', null],
  [['Europe/Berlin'], null],
  [{ toString: 'Europe/Berlin' }, null],
  [60, null],
  ['A'.repeat(101), null],
])('readTimeZone(%j) is %j', (told, expected) => {
  expect(readTimeZone(told)).toBe(expected);
});

test('each zone of the platform is one, and can be reckoned with', () => {
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    expect(isTimeZone(zone), zone).toBe(true);
    expect(localClock(Date.UTC(2026, 6, 1), zone).date, zone).toMatch(/^2026-0[67]-/);
  }
});

test('no zone and no instant makes the clock throw', () => {
  const zone = fc.oneof(
    fc.string(),
    fc.constantFrom(...shortNames, 'Europe/London', '__proto__', 'constructor'),
    fc.stringMatching(/^[A-Za-z]{2,5}$/),
  );
  const at = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(8.64e15, -8.64e15, Number.NaN, Number.POSITIVE_INFINITY, 1e300));
  fc.assert(
    fc.property(zone, at, fc.integer({ min: 0, max: 60 }), (name, instant, days) => {
      localClock(instant, name);
      formatLocal(instant, name);
      addCalendarDays(instant, days, name);
      localTimeAfterDays(instant, days, { hour: 2, minute: 30 }, name);
      offsetSpan(instant, name);
      const next = nextLocalTime(instant, { hour: 2, minute: 30 }, name);
      if (!Number.isNaN(instant)) expect(next).toBeGreaterThanOrEqual(instant);
    }),
  );
});
