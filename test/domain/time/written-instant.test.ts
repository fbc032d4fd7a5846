import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInstant } from '../../../src/domain/time/written-instant.js';

const ten = Date.UTC(2026, 11, 1, 10);

describe('a point in time', () => {
  test.each([
    [ten],
    [ten / 1000],
    [ten * 1000],
    [ten * 1e6],
    [String(ten)],
    [String(ten / 1000)],
    [`${ten / 1000}.000`],
    ['2026-12-01T10:00:00Z'],
    ['2026-12-01T10:00:00.000Z'],
    ['2026-12-01t10:00:00z'],
    ['2026-12-01T10:00Z'],
    ['2026-12-01T10:00:00'],
    ['2026-12-01 10:00:00'],
    ['2026-12-01 10:00'],
    ['2026-12-01T12:00:00+02'],
    ['2026-12-01T12:00:00+02:00'],
    ['2026-12-01T12:00:00+0200'],
    ['2026-12-01 12:00:00 +02:00'],
    ['2026-12-01 15:30:00 +0530'],
    ['2026-12-01 05:00:00 -0500'],
    ['2026-12-01T05:00:00−05:00'],
    ['2026-12-01 10:00:00 UTC'],
    ['2026-12-01 10:00:00 GMT'],
    ['2026-12-01 12:00:00 UTC+2:00'.replace('+2', '+02')],
    ['2026-12-01 10:00:00 +0000 UTC'],
    ['2026-12-01 10:00:00.0000001 +0000 UTC m=+0.004'],
    ['2026-12-01T10:00:00,000Z'],
    ['2026-12-01T10:00:00.0000009Z'],
    ['2026-12-01T10:00:00Z[Etc/UTC]'],
    ['2026-12-01T11:00:00+01:00[Europe/Berlin]'],
    ['2026-12-01T11:00[Europe/Berlin]'],
    ['2026/12/01 10:00:00'],
    ['20261201T100000Z'],
    ['Tue, 01 Dec 2026 10:00:00 +0000'],
    ['Tue, 1 Dec 2026 10:00:00 GMT'],
    ['1 Dec 2026 11:00:00 +0100'],
    ['Tue, 01 Dec 2026 05:00:00 EST'],
    ['Tuesday, 01-Dec-2026 10:00:00 UTC'],
    ['Tue Dec 01 2026 11:00:00 GMT+0100 (Central European Standard Time)'],
    ['Tue Dec  1 10:00:00 2026'],
    ['Tue Dec 01 10:00:00 UTC 2026'],
    ['  2026-12-01T10:00:00Z\u200b '],
  ])('%j is ten o’clock', (told) => expect(readInstant(told)).toBe(ten));

  test.each([
    ['2026-12-01T10:00:00.5Z', ten + 500],
    ['2026-12-01T10:00:00,123456789Z', ten + 123],
    ['2026-12-01', Date.UTC(2026, 11, 1)],
    ['2026-12-31T23:59:60Z', Date.UTC(2026, 11, 31, 23, 59, 59, 999)],
    ['2026-12-01T24:00:00Z', Date.UTC(2026, 11, 2)],
    [1796426786, 1796426786000],
  ])('%j is %d', (told, expected) => expect(readInstant(told)).toBe(expected));

  test.each([
    'yesterday',
    '',
    'now',
    '0000-00-00 00:00:00',
    '2026-02-30T10:00:00Z',
    '2026-13-01',
    '01/12/2026 10:00',
    '12/01/2026',
    '01.12.2026',
    '1970-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
    '2126-12-01T10:00:00Z',
    '2026-12-01T25:00:00Z',
    '2026-12-01T10:60:00Z',
    '2026-W49-2',
    'Tue, 01 Dec 2026 10:00:00 XYZ',
    '2026-12-01T10:00:00[Nowhere/Town]',
    'x'.repeat(1000),
    '2026',
    '10:00',
    '0',
    '-1',
    '1e12',
    0,
    -1,
    20261201,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    true,
    [],
    {},
    [ten],
    new Date(ten),
  ])('%j is none, or may be two', (told) => expect(readInstant(told)).toBeNull());

  test('whatever `Date` writes is read back', () => {
    const instants = fc.date({ min: new Date(Date.UTC(2000, 0, 2)), max: new Date(Date.UTC(2099, 11, 30)), noInvalidDate: true });
    fc.assert(
      fc.property(instants, (date) => {
        const second = Math.floor(date.getTime() / 1000) * 1000;
        expect(readInstant(date.toISOString())).toBe(date.getTime());
        expect(readInstant(date.toString())).toBe(second);
        expect(readInstant(date.toUTCString())).toBe(second);
        expect(readInstant(date.getTime())).toBe(date.getTime());
      }),
    );
  });

  test('anything gives an instant between 2000 and 2100, or none', () => {
    fc.assert(
      fc.property(fc.anything(), (told) => {
        const at = readInstant(told);
        expect(at === null || (at >= Date.UTC(2000, 0, 1) && at < Date.UTC(2100, 0, 1))).toBe(true);
      }),
    );
  });
});
