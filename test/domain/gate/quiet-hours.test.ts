import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quietHoursFor, smsValiditySeconds } from '../../../src/domain/gate/quiet-hours.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import { countryZones } from '../../../src/domain/places/country-zones.js';
import { regionsOf, zonesOfRegion } from '../../../src/domain/places/region-zones.js';
import { candidatePlaces, type Place } from '../../../src/domain/places/zone-evidence.js';
import type { Jurisdiction, QuietHoursPolicy } from '../../../src/domain/policy/quiet-hours-policy.js';
import { day, hour, minute, second } from '../../../src/domain/time/instant.js';
import { localClock } from '../../../src/domain/time/time.js';
import { berlinPlace, noon, sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';
import transitions from '../../vectors/dst-transitions.json' with { type: 'json' };
import smsRules from '../../vectors/sms_rules.json' with { type: 'json' };

const policies = shippedPolicies();
/** The shipped hours without the spread after an opening. */
const shipped: QuietHoursPolicy = { ...policies.quietHours, openingJitterMs: 0 };
const shop = { timeZone: 'Europe/Berlin', country: 'DE' };

function place(zone: string, country: string | null = null, region: string | null = null): Place {
  return { zone, country, region, unknown: null };
}

function textAt(
  at: number,
  places: readonly Place[] = [berlinPlace],
  quietHours = shipped,
  overrides: Parameters<typeof sendRequest>[0] = {},
) {
  return decideSend(sendRequest({ channel: 'sms', at, deadlineAt: at + 5 * day, ...overrides }), sendFacts({ places, quietHours }));
}

/** When a text that is asked for at `at` leaves; null: not at all. */
function slotOf(
  at: number,
  places: readonly Place[],
  quietHours = shipped,
  overrides: Parameters<typeof sendRequest>[0] = {},
): number | null {
  const decision = textAt(at, places, quietHours, overrides);
  return decision.kind === 'send' ? at : decision.kind === 'defer' ? decision.until : null;
}

const utc = (text: string) => Date.parse(`${text}:00Z`);

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
    const lisbonAndAzores = candidatePlaces({ timeZone: null, country: 'PT', region: null, phone: null }, shop);

    // 08:00 on the Azores is 09:00 UTC; 20:50 in Lisbon is 20:50 UTC.
    expect(textAt(utc('2026-12-01T08:59'), lisbonAndAzores)).toMatchObject({ kind: 'defer', until: utc('2026-12-01T09:00') });
    expect(textAt(utc('2026-12-01T20:49'), lisbonAndAzores)).toEqual({ kind: 'send' });
    expect(textAt(utc('2026-12-01T20:50'), lisbonAndAzores)).toMatchObject({ until: utc('2026-12-02T09:00') });
  });

  test('places whose hours never meet give no slot', () => {
    expect(textAt(noon, [place('Etc/GMT+8'), place('Etc/UTC'), place('Etc/GMT-8')])).toMatchObject({
      kind: 'skip',
      reason: 'quiet-hours',
      detail: { next: null },
    });
  });

  test('a class that need not keep them leaves at night, and emails do', () => {
    expect(quietHoursFor(policies, 'transactional')).toBeNull();
    expect(quietHoursFor(policies, 'marketing')).toBe(policies.quietHours);
    expect(textAt(berlin(3), [berlinPlace], shipped, { channel: 'email' })).toEqual({ kind: 'send' });
  });
});

describe('the law of the place', () => {
  const states: readonly [string, string, string, string][] = [
    ['CT opens at 9', 'CT', '2026-06-10T12:00', '2026-06-10T13:00'],
    ['CT closes at 8', 'CT', '2026-06-10T23:50', '2026-06-11T13:00'],
    ['Florida, in the later of its zones', 'FL', '2026-06-10T12:30', '2026-06-10T13:00'],
    ['Florida, until 20:00 in the earlier', 'FL', '2026-06-10T23:50', '2026-06-11T13:00'],
    ['Kentucky opens at 10', 'KY', '2026-06-10T14:30', '2026-06-10T15:00'],
    ['Rhode Island closes at 6 on a weekday', 'RI', '2026-06-10T21:50', '2026-06-11T13:00'],
    ['Rhode Island opens at 10 on Saturday', 'RI', '2026-06-13T13:00', '2026-06-13T14:00'],
    ['Alabama is closed on Sundays', 'AL', '2026-06-14T15:00', '2026-06-15T13:00'],
    ['Louisiana is closed on Christmas Day', 'LA', '2026-12-25T18:00', '2026-12-26T14:00'],
    ['Mississippi is closed on Friday when the Fourth is a Saturday', 'MS', '2026-07-03T18:00', '2026-07-06T13:00'],
    ['Georgia has the federal hours', 'GA', '2026-06-10T11:00', '2026-06-10T12:00'],
    ['Texas waits for noon in El Paso on Sundays', 'TX', '2026-06-14T15:00', '2026-06-14T18:00'],
    ['Texas on Sundays had the federal hours until September 2025', 'TX', '2025-06-15T13:30', '2025-06-15T14:00'],
  ];
  test.each(states)('%s', (_name, state, at, slot) => {
    const places = candidatePlaces({ timeZone: null, country: 'US', region: state, phone: null }, shop);

    expect(slotOf(utc(at), places)).toBe(utc(slot));
  });

  test('France: 08 to 22, and neither on Sundays nor on public holidays', () => {
    const paris = [place('Europe/Paris', 'FR')];

    expect(slotOf(utc('2026-12-01T20:40'), paris)).toBe(utc('2026-12-01T20:40'));
    // Ascension Day 2026 is 14 May.
    expect(slotOf(utc('2026-05-14T10:00'), paris)).toBe(utc('2026-05-15T06:00'));
    // Good Friday is none there; the Saturday is open, Sunday and Easter Monday are not.
    expect(slotOf(utc('2026-04-04T21:00'), paris)).toBe(utc('2026-04-07T06:00'));
    expect(textAt(utc('2026-05-14T10:00'), paris)).toMatchObject({ detail: { rule: 'fr', closed: 'holiday', zone: 'Europe/Paris' } });
    expect(textAt(utc('2026-05-17T10:00'), paris)).toMatchObject({ detail: { rule: 'fr', closed: 'sun' } });
  });

  test('a state unknown: 10 to 18, Saturday to 17, and never on Sunday', () => {
    const somewhere = candidatePlaces({ timeZone: 'America/New_York', country: null, region: null, phone: null }, shop);

    expect(slotOf(utc('2026-06-10T13:30'), somewhere)).toBe(utc('2026-06-10T14:00'));
    expect(slotOf(utc('2026-06-10T21:50'), somewhere)).toBe(utc('2026-06-11T14:00'));
    expect(slotOf(utc('2026-06-13T20:50'), somewhere)).toBe(utc('2026-06-15T14:00'));
  });

  test('a zone unknown: what every state allows, on every day of the years', () => {
    const somewhere = candidatePlaces({ timeZone: null, country: 'US', region: null, phone: null }, shop);
    const states = regionsOf('US').filter((state) => !['AS', 'GU', 'MP'].includes(state));
    const everywhere = states.flatMap((state) => zonesOfRegion('US', state)!.map((zone) => place(zone, 'US', state)));
    const noMargin = { ...shipped, closingMarginMs: 0 };

    let days = 0;
    for (let date = Date.UTC(2025, 8, 1, 5); date < Date.UTC(2031, 0, 1); date += day) {
      const opens = slotOf(date, somewhere, noMargin, { deadlineAt: date + 20 * hour });
      if (opens === null) continue;
      days += 1;
      expect(slotOf(opens, everywhere, noMargin), new Date(opens).toISOString()).toBe(opens);
      const last = opens + 4 * hour - 1;
      expect(slotOf(last, somewhere, noMargin)).toBe(last);
      expect(slotOf(last, everywhere, noMargin)).toBe(last);
      expect(slotOf(last + 1, somewhere, noMargin)).not.toBe(last + 1);
    }
    expect(days).toBeGreaterThan(5 * 245);
  });

  test('a law that is not yet in force leaves what is said of everywhere', () => {
    const swiss: Jurisdiction = {
      ...shipped.jurisdictions.find(({ id }) => id === 'gb')!,
      id: 'ch',
      country: 'CH',
      from: '2027-01-01',
      hours: { mon: { opens: 9 * 60, closes: 17 * 60 } },
    };
    const policy = { ...shipped, jurisdictions: [...shipped.jurisdictions, swiss] };

    expect(slotOf(utc('2026-12-31T05:00'), [place('Europe/Zurich', 'CH')], policy)).toBe(utc('2026-12-31T07:00'));
    expect(slotOf(utc('2027-01-01T05:00'), [place('Europe/Zurich', 'CH')], policy)).toBe(utc('2027-01-04T08:00'));
  });

  test.each(smsRules.quiet_hours.map((one) => [`${one.rule} ${one.now_utc}`, one] as const))('vector: %s', (_name, vector) => {
    const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    const hours = Object.fromEntries(
      vector.window_by_weekday_mon0.map(([opens, closes], index) => [names[index]!, { opens: opens! * 60, closes: closes! * 60 }]),
    );
    const [base] = shipped.jurisdictions;
    const policy = { ...shipped, closingMarginMs: 0, jurisdictions: [{ ...base!, hours }] };

    expect(slotOf(Date.parse(vector.now_utc), [place(vector.tz)], policy)).toBe(Date.parse(vector.send_utc));
  });

  test('the vectors’ windows are those of the shipped states', () => {
    const byRule: Readonly<Record<string, string>> = { Florida: 'FL', Connecticut: 'CT', 'Texas (Sunday)': 'TX' };
    for (const vector of smsRules.quiet_hours) {
      const at = Date.parse(vector.now_utc);
      const there = [place(vector.tz, 'US', byRule[vector.rule] ?? 'GA')];

      expect(slotOf(at, there), vector.rule).toBe(Date.parse(vector.send_utc));
    }
  });
});

describe('a journey may narrow the hours', () => {
  const narrowed = { hours: { opens: 10 * 60, closes: 18 * 60 } };

  test('the stricter of law and journey counts, with the margin before either', () => {
    expect(slotOf(berlin(8, 30), [berlinPlace], shipped, narrowed)).toBe(berlin(10));
    expect(slotOf(berlin(17, 49), [berlinPlace], shipped, narrowed)).toBe(berlin(17, 49));
    expect(slotOf(berlin(17, 50), [berlinPlace], shipped, narrowed)).toBe(berlin(34));
    expect(slotOf(berlin(6), [berlinPlace], shipped, { hours: { opens: 0, closes: 1440 } })).toBe(berlin(8));
  });

  test('of an email too, which no law holds back', () => {
    expect(slotOf(berlin(6), [berlinPlace], shipped, { ...narrowed, channel: 'email' })).toBe(berlin(10));
  });
});

describe('after an opening texts are spread', () => {
  const spread = { ...shipped, openingJitterMs: 30 * minute };
  const slots = Array.from(
    { length: 400 },
    (_, index) => slotOf(berlin(3), [berlinPlace], spread, { messageId: `message-${index}` })! - berlin(8),
  );

  test('over the whole of the time, the same for a message each time', () => {
    expect(Math.min(...slots)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...slots)).toBeLessThan(30 * minute);
    for (let third = 0; third < 3; third += 1)
      expect(slots.filter((slot) => Math.floor(slot / (10 * minute)) === third).length).toBeGreaterThan(90);
    expect(slotOf(berlin(5), [berlinPlace], spread, { messageId: 'message-7' })).toBe(berlin(8) + slots[7]!);
  });

  test('never past a deadline or the next close, and nothing that comes in open hours is put off', () => {
    expect(slotOf(berlin(3), [berlinPlace], spread, { deadlineAt: berlin(8) })).toBe(berlin(8));
    const short = { ...spread, closingMarginMs: 12 * hour + 59 * minute };
    for (let index = 0; index < 50; index += 1)
      expect(slotOf(berlin(3), [berlinPlace], short, { messageId: `message-${index}` })).toBeLessThan(berlin(8, 1));
    expect(slotOf(berlin(8), [berlinPlace], spread)).toBe(berlin(8));
  });
});

/** Local hour and minute by another way than the code under test. */
const formats = new Map<string, Intl.DateTimeFormat>();
function localMinute(at: number, zone: string): number {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  formats.set(zone, format);
  const parts = format.formatToParts(at);
  const field = (type: string) => Number(parts.find((part) => part.type === type)!.value);
  return field('hour') * 60 + field('minute');
}

test('no text leaves outside the hours, whatever the clocks do that day, and none waits longer than it must', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...transitions),
      fc.integer({ min: -36 * 60, max: 36 * 60 }),
      ({ zone, transition_utc: changed }, minutes) => {
        const at = Date.parse(changed) + minutes * minute;
        const slot = slotOf(at, [place(zone)]) ?? Number.NaN;
        const isOpen = (instant: number) => localMinute(instant, zone) >= 8 * 60 && localMinute(instant, zone) < 20 * 60 + 50;

        expect(isOpen(slot)).toBe(true);
        expect(slot === at || !isOpen(slot - 1)).toBe(true);
        expect(slot - at).toBeLessThan(13 * hour);
      },
    ),
    { numRuns: 1500 },
  );
});

describe('how long a provider may hold a text', () => {
  const validity = (at: number, deadlineAt: number, places: readonly Place[] = [berlinPlace], policy: QuietHoursPolicy | null = shipped) =>
    smsValiditySeconds(at, { channel: 'sms', places, deadlineAt, policy });

  test('an hour at most', () => {
    expect(validity(berlin(12), berlin(24))).toBe(3600);
  });

  test('no longer than until just before quiet hours begin, in the first of the places and by the strictest law', () => {
    expect(validity(berlin(20, 40), berlin(24))).toBe(20 * 60 - 10);
    expect(validity(berlin(20, 40), berlin(24), [place('Europe/London', 'GB'), berlinPlace])).toBe(20 * 60 - 10);
    expect(validity(utc('2026-12-01T00:30'), utc('2026-12-02T00:00'), [place('America/New_York', 'US', 'FL')])).toBe(30 * 60 - 10);
    expect(
      smsValiditySeconds(berlin(17, 40), {
        channel: 'sms',
        places: [berlinPlace],
        deadlineAt: berlin(24),
        policy: shipped,
        hours: { opens: 0, closes: 18 * 60 },
      }),
    ).toBe(20 * 60 - 10);
  });

  test('no longer than until the deadline, in whole seconds, and never less than one', () => {
    expect(validity(berlin(12), berlin(12) + 90.5 * second)).toBe(90);
    expect(validity(berlin(12), berlin(12) - 1)).toBe(1);
  });

  test('by the clock as it is after a change', () => {
    // Hours until 03:00 in a night in which 02:00 becomes 03:00: half an hour is left at 01:30, not an hour and a half.
    const late: QuietHoursPolicy = {
      ...shipped,
      jurisdictions: shipped.jurisdictions.map((one) => ({ ...one, hours: { sun: { opens: 0, closes: 3 * 60 } } })),
    };
    expect(validity(utc('2026-03-29T00:30'), utc('2026-03-30T00:00'), [berlinPlace], late)).toBe(30 * 60 - 10);
    // And in the night of the longer hour, two and a half are left of it.
    expect(validity(utc('2026-10-24T23:45'), utc('2026-10-26T00:00'), [berlinPlace], late)).toBe(3600);
  });

  test('only the deadline counts for what need not keep quiet hours, and midnight is no close', () => {
    expect(validity(berlin(20, 59), berlin(24), [berlinPlace], null)).toBe(3600);
    const always = { ...shipped, jurisdictions: [{ ...shipped.jurisdictions[0]!, hours: null }] };
    expect(validity(berlin(23, 59), berlin(48), [berlinPlace], always)).toBe(3600);
  });
});

test('a decision costs less than asking the platform for the time of some zones, also where ten must agree', () => {
  const canada = candidatePlaces({ timeZone: null, country: 'CA', region: null, phone: null }, shop);
  expect(canada).toHaveLength(countryZones['CA']!.length);
  const timed = (work: () => unknown) => {
    for (let index = 0; index < 200; index += 1) work();
    const began = performance.now();
    for (let index = 0; index < 500; index += 1) work();
    return performance.now() - began;
  };
  // The same noise for both, and the quietest of several tries.
  const ratios = Array.from({ length: 5 }, () => timed(() => textAt(noon, canada)) / timed(() => localClock(noon, 'America/Toronto')));

  expect(Math.min(...ratios)).toBeLessThan(8);
});
