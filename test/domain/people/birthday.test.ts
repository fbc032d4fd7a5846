import { expect, test } from 'vitest';
import { isBirthday, nextCalendarEdge, readBirthday } from '../../../src/domain/people/birthday.js';

test.each([
  ['1990-05-17', { month: 5, day: 17 }],
  ['1990-05-17T00:00:00.000Z', { month: 5, day: 17 }],
  ['05-17', { month: 5, day: 17 }],
  ['--02-29', { month: 2, day: 29 }],
  ['1990-02-30', null],
  ['1990-13-01', null],
  ['17.05.1990', null],
  [19900517, null],
  [null, null],
])('%s is read', (value, expected) => {
  expect(readBirthday(value)).toEqual(expected);
});

test('it is that month, and that day, where the person lives', () => {
  const born = { month: 6, day: 1 };
  const at = Date.UTC(2026, 4, 31, 15, 30);
  expect(isBirthday(born, 'this_month', at, 'Asia/Tokyo')).toBe(true);
  expect(isBirthday(born, 'today', at, 'Asia/Tokyo')).toBe(true);
  expect(isBirthday(born, 'this_month', at, 'Europe/London')).toBe(false);
  expect(isBirthday({ month: 2, day: 29 }, 'today', Date.UTC(2027, 2, 1, 12), 'UTC')).toBe(true);
  expect(isBirthday({ month: 2, day: 29 }, 'today', Date.UTC(2028, 2, 1, 12), 'UTC')).toBe(false);
  expect(isBirthday({ month: 2, day: 29 }, 'today', Date.UTC(2028, 1, 29, 12), 'UTC')).toBe(true);
});

test('it is asked again at midnight, or when the month begins, also across a change of clocks and of the year', () => {
  expect(nextCalendarEdge('today', Date.UTC(2026, 2, 28, 12), 'Europe/London')).toBe(Date.UTC(2026, 2, 29));
  expect(nextCalendarEdge('this_month', Date.UTC(2026, 2, 28, 12), 'Europe/London')).toBe(Date.UTC(2026, 2, 31, 23));
  expect(nextCalendarEdge('this_month', Date.UTC(2026, 11, 31, 23, 59), 'UTC')).toBe(Date.UTC(2027, 0, 1));
  expect(nextCalendarEdge('this_month', Date.UTC(2028, 1, 1), 'UTC')).toBe(Date.UTC(2028, 2, 1));
});
