import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, minute, second } from '../../src/domain/instant.js';
import { smsValiditySeconds } from '../../src/domain/quiet-hours.js';
import { decideSend } from '../../src/domain/send-gate.js';
import { candidateZones } from '../../src/domain/zone-evidence.js';
import { noon, sendFacts, sendRequest } from '../support/gate.js';
import transitions from '../vectors/dst-transitions.json' with { type: 'json' };

function textAt(at: number, zones: readonly string[] = ['Europe/Berlin']) {
  return decideSend(sendRequest({ channel: 'sms', at, deadlineAt: at + 3 * day }), sendFacts({ zones }));
}

/** 1 December 2026 in Berlin (UTC+1). */
const berlin = (hours: number, minutes = 0) => Date.UTC(2026, 11, 1, hours - 1, minutes);

describe('texts leave from 08:00 to 10 minutes before 21:00', () => {
  test.each([
    [berlin(7, 59), 'defer'],
    [berlin(8), 'send'],
    [berlin(20, 49), 'send'],
    [berlin(20, 50), 'defer'],
  ])('at %i: %s', (at, kind) => {
    expect(textAt(at).kind).toBe(kind);
  });

  test('a country with several zones: the hours that all have in common', () => {
    const zones = candidateZones({ timeZone: null, country: 'US', shopTimeZone: 'Europe/Berlin' });

    // 08:00 in Honolulu is 18:00 UTC; 20:50 in New York is 01:50 UTC.
    expect(textAt(noon, zones)).toMatchObject({ kind: 'defer', until: Date.UTC(2026, 11, 1, 18) });
    expect(textAt(Date.UTC(2026, 11, 2, 1, 49), zones)).toEqual({ kind: 'send' });
    expect(textAt(Date.UTC(2026, 11, 2, 1, 50), zones)).toMatchObject({ until: Date.UTC(2026, 11, 2, 18) });
  });

  test('zones whose hours never meet give no slot', () => {
    expect(textAt(noon, ['Etc/GMT+8', 'Etc/UTC', 'Etc/GMT-8'])).toMatchObject({
      kind: 'skip',
      reason: 'quiet-hours',
      detail: { next: null },
    });
  });
});

/** Local hour and minute by another way than the code under test. */
function localMinute(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at);
  const field = (type: string) => Number(parts.find((part) => part.type === type)!.value);
  return field('hour') * 60 + field('minute');
}

test('no text leaves outside the hours, whatever the clocks do that day, and none waits longer than it must', () => {
  fc.assert(
    fc.property(fc.constantFrom(...transitions), fc.integer({ min: -36 * 60, max: 36 * 60 }), ({ zone, transition_utc: utc }, minutes) => {
      const at = Date.parse(utc) + minutes * minute;
      const decision = textAt(at, [zone]);
      const slot = decision.kind === 'send' ? at : decision.kind === 'defer' ? decision.until : Number.NaN;
      const isOpen = (instant: number) => localMinute(instant, zone) >= 8 * 60 && localMinute(instant, zone) < 20 * 60 + 50;

      expect(isOpen(slot)).toBe(true);
      expect(slot === at || !isOpen(slot - 1)).toBe(true);
      expect(slot - at).toBeLessThan(13 * hour);
    }),
    { numRuns: 1500 },
  );
});

describe('how long a provider may hold a text', () => {
  const zones = ['Europe/Berlin'];

  test('an hour at most', () => {
    expect(smsValiditySeconds(berlin(12), zones, berlin(24))).toBe(3600);
  });

  test('no longer than until quiet hours begin, in the first of the zones', () => {
    expect(smsValiditySeconds(berlin(20, 40), zones, berlin(24))).toBe(20 * 60);
    expect(smsValiditySeconds(berlin(20, 40), ['Europe/London', ...zones], berlin(24))).toBe(20 * 60);
  });

  test('no longer than until the deadline, in whole seconds, and never less than one', () => {
    expect(smsValiditySeconds(berlin(12), zones, berlin(12) + 90.5 * second)).toBe(90);
    expect(smsValiditySeconds(berlin(12), zones, berlin(12) - 1)).toBe(1);
  });

  test('without zones only the deadline counts', () => {
    expect(smsValiditySeconds(berlin(20, 59), [], berlin(24))).toBe(3600);
  });
});
