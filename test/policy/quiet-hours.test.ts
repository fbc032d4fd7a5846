import { describe, expect, test } from 'vitest';
import { day } from '../../src/domain/time/instant.js';
import { parsePolicy } from '../../src/policy/parse.js';
import { policySource, shippedPolicies } from '../support/policies.js';

const { quietHours } = shippedPolicies();
const source = policySource('quiet-hours');
const holidaysOf = (id: string) => quietHours.jurisdictions.find((one) => one.id === id)!.holidays.toSorted();

function complaints(written: string): readonly string[] {
  return parsePolicy('quiet-hours', written).problems.map(({ message, suggestion }) => `${message} ${suggestion ?? ''}`);
}

/** Easter Sunday by Gauss: the full moon first, then the Sunday after it. The file was made by another rule. */
function easter(year: number): number {
  const moon = (19 * (year % 19) + 24) % 30;
  const sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7;
  const days = moon + sunday;
  const isLate = (moon === 29 && sunday === 6) || (moon === 28 && sunday === 6 && year % 19 > 10);
  return Date.UTC(year, 2, 22) + (days - (isLate ? 7 : 0)) * day;
}

const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
const years = [2024, 2025, 2026, 2027, 2028, 2029, 2030];
const daysOf = (year: number) =>
  Array.from({ length: 366 }, (_, index) => Date.UTC(year, 0, 1) + index * day).filter((at) => new Date(at).getUTCFullYear() === year);

describe('the dates of holidays', () => {
  test('Easter falls where the calendars of the churches have it', () => {
    expect(years.map((year) => iso(easter(year)))).toEqual([
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
      '2027-03-28',
      '2028-04-16',
      '2029-04-01',
      '2030-04-21',
    ]);
  });

  test('France: eight fixed days, Easter Monday, Ascension Day and Whit Monday', () => {
    const fixed = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'];
    const expected = years.flatMap((year) => [
      ...fixed.map((one) => `${year}-${one}`),
      ...[1, 39, 50].map((days) => iso(easter(year) + days * day)),
    ]);

    expect(holidaysOf('fr')).toEqual(expected.toSorted());
  });

  /** Which holiday a day is by its place in the month: the third Monday is the one from the 15th to the 21st. */
  function isFederal(at: number): boolean {
    const date = new Date(at);
    const [month, ofMonth, weekday] = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()];
    const nth = Math.ceil(ofMonth / 7);
    if (['1-1', '6-19', '7-4', '11-11', '12-25'].includes(`${month}-${ofMonth}`)) return true;
    if (weekday === 4) return month === 11 && nth === 4;
    if (weekday !== 1) return false;
    return [`1/3`, `2/3`, `9/1`, `10/2`].includes(`${month}/${nth}`) || (month === 5 && ofMonth > 24);
  }

  test('the United States: the eleven of 5 U.S.C. 6103, and the weekday on which those of a weekend are observed', () => {
    const observed = (at: number) => {
      const weekday = new Date(at).getUTCDay();
      return (weekday === 5 && isFixed(at + day)) || (weekday === 1 && isFixed(at - day));
    };
    const isFixed = (at: number) => isFederal(at) && [0, 6].includes(new Date(at).getUTCDay());
    const expected = years.flatMap((year) => daysOf(year).filter((at) => isFederal(at) || observed(at)));

    expect(holidaysOf('us-al')).toEqual(expected.map(iso));
    expect(holidaysOf('us-al')).toEqual(expect.arrayContaining(['2026-11-26', '2027-12-31', '2028-05-29', '2026-07-03']));
    for (const id of ['us-la', 'us-ms', 'us-unknown-state', 'us-unknown-zone']) expect(holidaysOf(id)).toEqual(holidaysOf('us-al'));
  });
});

describe('the law of the United States cannot be widened by configuration', () => {
  test.each([
    ['the federal hours', '    country: US\n    hours: 08:00-21:00', '    country: US\n    hours: 07:30-21:00'],
    ['the federal hours, to any', '    country: US\n    hours: 08:00-21:00', '    country: US\n    hours: any'],
    ['a state', 'sun: 12:00-21:00', 'sun: 12:00-22:00'],
    ['an unknown state', 'mon-fri: 10:00-18:00, sat', 'mon-fri: 07:00-18:00, sat'],
  ])('%s', (_name, from, to) => {
    expect(source).toContain(from);
    expect(complaints(source.replace(from, to))).toEqual([expect.stringMatching(/outside the federal hours.*08:00-21:00/)]);
  });

  test.each(['mon-fri: 13:00-18:00', 'mon-fri: 14:00-20:00', 'mon-sat: 14:00-18:00'])('an unknown zone: %s', (hours) => {
    expect(complaints(source.replace('mon-fri: 14:00-18:00', hours))).toEqual([expect.stringMatching(/not even the zone.*14:00-18:00/)]);
  });

  test('nor may a rule be left out that holds for the whole country', () => {
    expect(
      complaints(source.replace('  - id: us\n    channel: sms\n    country: US', '  - id: us\n    channel: sms\n    country: CH')),
    ).toEqual([expect.stringContaining('the whole of the United States')]);
    for (const unknown of ['region', 'zone'])
      expect(complaints(source.replace(`    unknown: ${unknown}\n`, '    region: NV\n')).join()).toContain('is unknown.');
  });
});

test('a calendar that is not there is told with those that are', () => {
  expect(complaints(source.replace('{ calendar: fr }', '{ calendar: france }'))).toEqual([
    'There is no calendar "france". There are: us-federal, fr. Add it under calendars, or write dates here.',
  ]);
});
