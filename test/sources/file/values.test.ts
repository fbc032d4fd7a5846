import { describe, expect, test } from 'vitest';
import { cellOf } from '../../../src/sources/file/cell.js';
import { readConsentWord } from '../../../src/sources/file/consent-words.js';
import { readWhen } from '../../../src/sources/file/when.js';

describe('a cell', () => {
  test.each([
    ['  Ada ', 'Ada'],
    ["'+4930123456", '+4930123456'],
    ["'0049", '0049'],
    ['="00123"', '00123'],
    ['\u00A0', null],
    ['', null],
    ['#N/A', null],
    ['NULL', null],
    ['\\N', null],
    [12.5, '12.5'],
    [true, 'true'],
    ["O'Neill", "O'Neill"],
    ["'t Hooft", "'t Hooft"],
  ])('%j says %j', (value, said) => expect(cellOf(value)).toBe(said));
});

describe('a date', () => {
  const habits = { dates: null, timeZone: 'Europe/Berlin' } as const;
  const iso = (text: string, more: Partial<Parameters<typeof readWhen>[1]> = {}) => {
    const when = readWhen(text, { ...habits, ...more });
    return when.kind === 'at' ? new Date(when.at).toISOString() : when.reason;
  };

  test.each([
    ['2026-12-24 18:00', '2026-12-24T17:00:00.000Z'],
    ['2026-07-24 18:00:30', '2026-07-24T16:00:30.000Z'],
    ['2026-12-24T18:00:00Z', '2026-12-24T18:00:00.000Z'],
    ['2023-01-05 12:34:56 +0000', '2023-01-05T12:34:56.000Z'],
    ['2026-12-24', '2026-12-23T23:00:00.000Z'],
    ['24.12.2026', '2026-12-23T23:00:00.000Z'],
    ['3.4.2026 7:05', '2026-04-03T05:05:00.000Z'],
    ['24/12/2026 18:00', '2026-12-24T17:00:00.000Z'],
    ['12/24/2026 6:00 PM', '2026-12-24T17:00:00.000Z'],
    ['12/24/26', '2026-12-23T23:00:00.000Z'],
    ['05/05/2026', '2026-05-04T22:00:00.000Z'],
    ['46380', '2026-12-23T23:00:00.000Z'],
    ['46380.75', '2026-12-24T17:00:00.000Z'],
    ['46380,75', '2026-12-24T17:00:00.000Z'],
    ['1798135200', '2026-12-24T18:00:00.000Z'],
  ])('%s is %s', (text, at) => expect(iso(text)).toBe(at));

  test.each(['03/04/2026', '3-4-2026', '03/04/26 10:00'])('%s may be two days, and is refused', (text) => {
    expect(iso(text)).toBe('ambiguous-date');
    expect(iso(text, { dates: 'day-first', timeZone: 'UTC' })).toMatch(/^2026-04-03/);
    expect(iso(text, { dates: 'month-first', timeZone: 'UTC' })).toMatch(/^2026-03-04/);
  });

  test('a day that contradicts what the mapping says is refused, not turned round', () => {
    expect(iso('24/12/2026', { dates: 'month-first' })).toBe('ambiguous-date');
    expect(iso('12/24/2026', { dates: 'day-first' })).toBe('ambiguous-date');
  });

  test.each(['soon', '31.02.2026', '13/13/2026', '2026-13-01', '1', '99999', '24.12.1926'])('%s is no date', (text) =>
    expect(iso(text)).toBe('unreadable-date'),
  );
});

describe('the state of a consent', () => {
  const none = { granted: [], refused: [], silent: [], bounced: [], complained: [] };

  test.each([
    ['SUBSCRIBED', 'granted'],
    ['yes', 'granted'],
    ['Opted-In', 'granted'],
    ['NEVER_SUBSCRIBED', 'silent'],
    [null, 'silent'],
    ['UNSUBSCRIBED', 'withdrawn'],
    ['Unsubscribed via SMS STOP', 'withdrawn'],
    ['opted_out', 'withdrawn'],
    ['opt-out', 'withdrawn'],
    ['USER_SUPPRESSED', 'withdrawn'],
    ['Abgemeldet', 'withdrawn'],
    ['no', 'denied'],
    ['HARD_BOUNCE', 'bounced'],
    ['cleaned', 'bounced'],
    ['INVALID_EMAIL', 'bounced'],
    ['Marked as spam', 'complained'],
    ['SUBSCRIBED, UNSUBSCRIBE', 'withdrawn'],
    ['UNSUBSCRIBE;HARD_BOUNCE', 'withdrawn'],
    ['maybe', null],
    ['subscribed?', null],
    ['subscribe', null],
  ] as const)('%s is %s', (text, word) => expect(readConsentWord(text, none)).toBe(word));

  test('what the mapping says counts first, and its no before its yes', () => {
    expect(readConsentWord('maybe', { ...none, silent: ['maybe'] })).toBe('silent');
    expect(readConsentWord('on_list', { ...none, granted: ['on list'] })).toBe('granted');
    expect(readConsentWord('x', { ...none, granted: ['x'], refused: ['x'] })).toBe('withdrawn');
    expect(readConsentWord('no', { ...none, silent: ['no'] })).toBe('silent');
  });
});
