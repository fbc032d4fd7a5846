import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import {
  addCalendarDays,
  formatLocal,
  localClock,
  localTimeAfterDays,
  nextLocalTime,
  parseLocalTime,
} from '../../../src/domain/time/time.js';

interface Transition {
  readonly zone: string;
  readonly transition_utc: string;
  readonly offset_before_min: number;
  readonly offset_after_min: number;
  readonly kind: 'gap' | 'fold';
}

const transitions = (JSON.parse(readFileSync('test/vectors/dst-transitions.json', 'utf8')) as readonly Transition[]).map(
  (one) => [`${one.zone} ${one.transition_utc} ${one.kind}`, one] as const,
);

/** The wall clock of an offset, as if it were UTC: an account of the zone rules that is independent of the library. */
const wall = (at: number, offsetMin: number): { readonly hour: number; readonly minute: number } => {
  const date = new Date(at + offsetMin * minute);
  return { hour: date.getUTCHours(), minute: date.getUTCMinutes() };
};

describe('at a change of clocks', () => {
  test.each(transitions.filter(([, { kind }]) => kind === 'gap'))(
    '%s: a time that is skipped counts at the first instant after it',
    (_name, one) => {
      const at = Date.parse(one.transition_utc);
      // A quarter of an hour into the gap by the clock before it.
      const skipped = wall(at + 15 * minute, one.offset_before_min);

      expect(localTimeAfterDays(at - day, 1, skipped, one.zone)).toBe(at);
      expect(nextLocalTime(at - hour, skipped, one.zone)).toBe(at);
      expect(addCalendarDays(at + 15 * minute - day, 1, one.zone)).toBe(at);
    },
  );

  test.each(transitions.filter(([, { kind }]) => kind === 'fold'))(
    '%s: a time that comes twice counts once, the first time',
    (_name, one) => {
      const at = Date.parse(one.transition_utc);
      const repeatedMin = one.offset_before_min - one.offset_after_min;
      const first = at - 10 * minute;
      const twice = wall(first, one.offset_before_min);

      expect(localClock(first + repeatedMin * minute, one.zone)).toMatchObject(twice);
      expect(nextLocalTime(first - hour, twice, one.zone)).toBe(first);
      expect(nextLocalTime(first, twice, one.zone)).toBe(first);
      // The second pass is not another chance: the next is on the next day.
      expect(nextLocalTime(first + 1, twice, one.zone)).toBe(first + day + repeatedMin * minute);
    },
  );

  test.each(transitions)('%s: the same time a day later is 24 hours away, give or take the change', (_name, one) => {
    const before = Date.parse(one.transition_utc) - 12 * hour;

    expect(addCalendarDays(before, 1, one.zone) - before).toBe(day + (one.offset_before_min - one.offset_after_min) * minute);
  });
});

describe('nextLocalTime', () => {
  const zone = fc.constantFrom(...new Set(transitions.map(([, one]) => one.zone)), 'Asia/Kathmandu', 'UTC');
  const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 11, 31) });

  test('is never before its start, never more than a day and a gap away, and shows the time or the end of the gap over it', () => {
    fc.assert(
      fc.property(instant, zone, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (at, timeZone, h, m) => {
        const found = nextLocalTime(at, { hour: h, minute: m }, timeZone);
        const shown = localClock(found, timeZone);
        expect(found).toBeGreaterThanOrEqual(at);
        expect(found - at).toBeLessThanOrEqual(day + 2 * hour);
        const isShown = shown.hour === h && shown.minute === m && shown.second === 0;
        if (!isShown) {
          const before = localClock(found - minute, timeZone);
          // Only a gap excuses another time: the clock jumps over the wanted one here.
          expect((shown.hour * 60 + shown.minute - before.hour * 60 - before.minute + 1440) % 1440).toBeGreaterThan(1);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('clocks are as Temporal reckons them', () => {
  const places = [
    ...new Set(transitions.map(([, { zone }]) => zone)),
    'Asia/Kathmandu',
    'UTC',
    'Pacific/Apia',
    'Africa/Casablanca',
    'Nowhere/Land',
  ];
  const anyZone = fc.constantFrom(...places);
  const changes = transitions.map(([, { transition_utc: at }]) => Date.parse(at));
  const anyInstant = fc.oneof(
    fc.integer({ min: Date.UTC(1890, 0, 1), max: Date.UTC(2120, 0, 1) }),
    fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -3 * day, max: 3 * day })).map(([at, by]) => at + by),
  );
  const clockOf = (at: number, zone: string) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone === 'Nowhere/Land' ? 'UTC' : zone);
  /** Of two, the first; in a gap, the end of it. */
  const instantOf = (local: Temporal.PlainDateTime, zone: string): number => {
    const found = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
    const isShown = found.toPlainDateTime().equals(local);
    return (isShown ? found : (found.getTimeZoneTransition('next') ?? found)).epochMilliseconds;
  };

  test('what they show', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (at, zone) => {
        const { hour: h, minute: m, second: s, dayOfWeek, day: d, ...local } = fieldsOf(clockOf(at, zone));
        expect(localClock(at, zone)).toEqual({ hour: h, minute: m, second: s, weekday: dayOfWeek, date: local.date });
        const [weekday, month] = [dayNames[dayOfWeek - 1], monthNames[local.month - 1]];
        expect(formatLocal(at, zone)).toBe(`${weekday} ${d} ${month} ${local.time}`);
      }),
      { numRuns: 300 },
    );
  });

  test('days later', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, fc.integer({ min: -400, max: 400 }), fc.integer({ min: 0, max: 1439 }), (at, zone, days, ofDay) => {
        const local = clockOf(at, zone);
        const later = days === 0 ? at : instantOf(local.toPlainDateTime().add({ days }), local.timeZoneId);
        expect(addCalendarDays(at, days, zone)).toBe(later);
        const time = { hour: Math.floor(ofDay / 60), minute: ofDay % 60 };
        const there = instantOf(local.toPlainDate().add({ days }).toPlainDateTime(time), local.timeZoneId);
        expect(localTimeAfterDays(at, days, time, zone)).toBe(there);
      }),
      { numRuns: 300 },
    );
  });
});

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function fieldsOf(local: Temporal.ZonedDateTime) {
  const { hour: h, minute: m, second, dayOfWeek, day: d, month } = local;
  const date = local.toPlainDate().toString();
  return { hour: h, minute: m, second, dayOfWeek, day: d, month, date, time: local.toPlainTime().toString().slice(0, 5) };
}

test('a time of day is two digits each, on a clock of 24 hours', () => {
  expect(parseLocalTime('09:30')).toEqual({ hour: 9, minute: 30 });
  expect(['9:30', '24:00', '10:60', '10', '10:00:00'].map(parseLocalTime)).toEqual([null, null, null, null, null]);
});

test('people read the day and the time in their zone', () => {
  const at = Date.UTC(2026, 11, 1, 23, 30);

  expect(formatLocal(at, 'Europe/London')).toBe('Tue 1 Dec 23:30');
  expect(formatLocal(at, 'Europe/Berlin')).toBe('Wed 2 Dec 00:30');
});
