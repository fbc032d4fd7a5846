import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ourselves } from '../../../src/domain/keys/speaker.js';
import { isPlaceholder, readPlaceholders, shippedPlaceholders } from '../../../src/domain/values/placeholder-id.js';
import { readSegmentEvent } from '../../support/segment.js';

const nobody = [
  'undefined',
  'null',
  'NaN',
  'None',
  '0',
  'guest',
  'anonymous',
  'false',
  '',
  '   ',
  'UNDEFINED',
  ' null ',
  '"null"',
  "'undefined'",
  '(null)',
  '[object Object]',
  '(not set)',
  'undefined-undefined',
  'null:null',
  '{{user.id}}',
  '${userId}',
  '%USER_ID%',
  '<userId>',
  '{user_id}',
  '*|UNIQID|*',
  '<%= user.id %>',
  '00000000-0000-0000-0000-000000000000',
  '0.0',
  '000',
  '-',
  '--',
  '?',
  '...',
  '-1',
  'N/A',
  'Guest User',
  'not_logged_in',
];
const somebody = [
  'ada',
  '1',
  '10',
  '100',
  'guest-4711',
  'anonymous-7f3a',
  'null-terminator',
  'undefined42',
  '0xbeef',
  'nan.cy@x',
  'test',
  'Ünal',
  '李',
];

describe('an id that names nobody', () => {
  test.each(nobody)('%j is a placeholder', (id) => expect(isPlaceholder(id)).toBe(true));
  test.each(somebody)('%j is somebody', (id) => expect(isPlaceholder(id)).toBe(false));

  test('the shipped list is written as it is compared', () => {
    expect(shippedPlaceholders.filter((id) => !isPlaceholder(id))).toEqual([]);
    expect(readPlaceholders(shippedPlaceholders.join(', '))).toEqual(new Set(shippedPlaceholders));
  });

  test('a list of the shop’s own replaces the shipped one', () => {
    const own = readPlaceholders('Walk-In, kiosk');
    expect(['walk-in', 'KIOSK', 'guest'].map((id) => isPlaceholder(id, own))).toEqual([true, true, false]);
  });

  test('whatever comes is answered in good time', () => {
    fc.assert(fc.property(fc.string({ maxLength: 255, unit: 'binary' }), (id) => typeof isPlaceholder(id) === 'boolean'));
  });
});

describe('at the door', () => {
  const request = {
    origin: 'live',
    receivedAt: Date.UTC(2026, 10, 24, 12),
    rate: 1,
    sentAt: undefined,
    speakerOf: () => ({ speaker: ourselves, note: null }),
  } as const;
  const read = (raw: unknown) => readSegmentEvent(raw, null, request);

  test.each([...nobody.filter((id) => id !== ''), 0, false, true])('%j as a user id leaves the event to its anonymous id', (userId) => {
    const reading = read({ type: 'identify', userId, anonymousId: 'browser-1', traits: { email: 'a@example.test' } });
    expect(reading).toMatchObject({
      kind: 'event',
      incoming: { event: { userId: null, anonymousId: 'browser-1' }, notes: ['placeholder-user-id'] },
    });
  });

  test('a placeholder as an anonymous id leaves it to its user id', () => {
    expect(read({ type: 'track', event: 'X', userId: 'ada', anonymousId: 'null' })).toMatchObject({
      incoming: { event: { userId: 'ada', anonymousId: null }, notes: ['placeholder-anonymous-id'] },
    });
  });

  test('nobody at all goes to the dead letters, and an alias from nobody joins nobody', () => {
    expect(read({ type: 'track', event: 'X', userId: 'undefined', anonymousId: 'null' })).toMatchObject({
      rejected: { reason: 'placeholder-id' },
    });
    expect(read({ type: 'alias', userId: 'ada', previousId: 'undefined' })).toMatchObject({
      incoming: { event: { userId: 'ada', previousId: null }, notes: ['placeholder-previous-id'] },
    });
  });
});
