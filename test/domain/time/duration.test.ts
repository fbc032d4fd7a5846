import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationWords, limitMs, parseDuration } from '../../../src/domain/time/duration.js';
import { day, hour, minute, second } from '../../../src/domain/time/instant.js';

describe('parseDuration', () => {
  test.each([
    ['PT24H', { kind: 'elapsed', ms: 24 * hour }],
    ['PT1H30M', { kind: 'elapsed', ms: 90 * minute }],
    ['PT0S', { kind: 'elapsed', ms: 0 }],
    ['P1D', { kind: 'calendar', days: 1 }],
    ['P2W', { kind: 'calendar', days: 14 }],
    ['P1W2D', { kind: 'calendar', days: 9 }],
  ])('%s is read', (text, expected) => {
    expect(parseDuration(text)).toEqual(expected);
  });

  test.each([
    ['P1DT12H', 'mixed'],
    ['P0DT1H', 'mixed'],
    ['P1M', 'months'],
    ['P1Y', 'months'],
    ['P', 'not-a-duration'],
    ['PT', 'not-a-duration'],
    ['P1DT', 'not-a-duration'],
    ['24h', 'not-a-duration'],
    ['PT-1H', 'not-a-duration'],
    ['PT1.5H', 'not-a-duration'],
    ['pt1h', 'not-a-duration'],
    [' PT1H', 'not-a-duration'],
  ])('%s is refused as %s', (text, problem) => {
    expect(parseDuration(text)).toBe(problem);
  });

  test('a day is another thing than 24 hours, and as long only as a limit', () => {
    const [calendar, elapsed] = [parseDuration('P1D'), parseDuration('PT24H')];

    expect(calendar).not.toEqual(elapsed);
    if (typeof calendar === 'string' || typeof elapsed === 'string') throw new Error('Both are durations.');
    expect(limitMs(calendar)).toBe(limitMs(elapsed));
  });

  test('hours, minutes and seconds add up', () => {
    const part = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(part, part, part, (h, m, s) => {
        expect(parseDuration(`PT${h}H${m}M${s}S`)).toEqual({ kind: 'elapsed', ms: h * hour + m * minute + s * second });
      }),
    );
  });
});

describe('durationWords', () => {
  test.each([
    [23 * hour, '23 hours'],
    [hour, '1 hour'],
    [24 * hour, '24 hours'],
    [90 * minute, '1 hour and 30 minutes'],
    [3 * day, '3 days'],
    [2 * day + 4 * hour + minute, '2 days and 4 hours'],
    [24 * hour - 5 * second, '24 hours'],
    [45 * second, '45 seconds'],
    [200, 'a moment'],
  ])('%i ms are %s', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });
});
