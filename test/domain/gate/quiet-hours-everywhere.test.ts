import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { smsValiditySeconds } from '../../../src/domain/gate/quiet-hours.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import type { Place } from '../../../src/domain/places/zone-evidence.js';
import type { QuietHoursPolicy } from '../../../src/domain/policy/quiet-hours-policy.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

/*
 * Invariant I10: whatever a zone's clock does, no text is submitted outside the hours, none is lost, none is promised twice. Every zone
 * that this build knows, every change of clocks from 2024 to 2030. The local time of the checks comes from the formatter of the platform,
 * not from the code under test.
 */

const { quietHours } = shippedPolicies();
const margin = quietHours.closingMarginMs / minute;

/** What is to be checked: hours by weekday from Monday, in minutes of the local day. */
interface Law {
  readonly name: string;
  readonly policy: QuietHoursPolicy;
  readonly place: (zone: string) => Place;
  readonly hours: readonly (readonly [number, number] | null)[];
}

const laws: readonly Law[] = [
  {
    name: 'hours of everywhere',
    policy: quietHours,
    place: (zone) => ({ zone, country: null, region: null, unknown: null }),
    hours: Array.from({ length: 7 }, () => [480, 1260] as const),
  },
  {
    // No real law closes near the hours in which clocks change: these open at 02:30 and close at 00:30, inside gaps and repeated hours.
    name: 'hours that begin and end where clocks change',
    policy: {
      ...quietHours,
      openingJitterMs: 20 * minute,
      jurisdictions: [
        {
          ...quietHours.jurisdictions.find(({ id }) => id === 'everywhere-sms')!,
          hours: Object.fromEntries(
            (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const).map((one, index) => [
              one,
              index % 2 === 0 ? { opens: 150, closes: 1440 } : { opens: 0, closes: 90 },
            ]),
          ),
        },
      ],
    },
    place: (zone) => ({ zone, country: null, region: null, unknown: null }),
    hours: Array.from({ length: 7 }, (_, index) => (index % 2 === 0 ? ([150, 1440] as const) : ([0, 90] as const))),
  },
];

const formats = new Map<string, Intl.DateTimeFormat>();
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Weekday and minute of the wall clock, by the platform. */
function wall(at: number, zone: string): { readonly weekday: number; readonly minute: number } {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(zone, format);
  }
  const text = format.format(at);
  const match = /^(\w{3}),? (\d\d):(\d\d)$/.exec(text);
  if (match === null) throw new Error(`The platform says "${text}".`);
  return { weekday: weekdays.indexOf(match[1]!), minute: Number(match[2]) * 60 + Number(match[3]) };
}

function isOpen(at: number, zone: string, { hours }: Law): boolean {
  const { weekday, minute: ofDay } = wall(at, zone);
  const today = hours[weekday];
  return today !== null && today !== undefined && ofDay >= today[0] && ofDay < today[1];
}

/** Open, and for the whole of the margin. Clocks change, and hours begin and end, at whole minutes. */
function mayLeave(at: number, zone: string, law: Law): boolean {
  return Array.from({ length: margin + 1 }, (_, index) => at + index * minute).every((one) => isOpen(one, zone, law));
}

/** Changes of a zone's clock from 2024 to 2030. */
function changesOf(zone: string): readonly number[] {
  const found: number[] = [];
  let at = Temporal.Instant.from('2024-01-01T00:00Z').toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= Date.UTC(2031, 0, 1)) return found;
    found.push(next.epochMilliseconds);
    at = next;
  }
}

const zones = Intl.supportedValuesOf('timeZone');
const changes = zones.flatMap((zone) => changesOf(zone).map((at) => ({ zone, at })));

test('the world changes its clocks often enough for this to mean something', () => {
  expect(zones.length).toBeGreaterThan(400);
  expect(changes.length).toBeGreaterThan(1500);
});

describe.each(laws)('$name', (law) => {
  test('every text is promised one instant inside the hours, soon, and leaves then', () => {
    const wrong: string[] = [];
    const complain = (zone: string, at: number, what: string) =>
      wrong.length < 5 && wrong.push(`${zone} ${new Date(at).toISOString()}: ${what}`);

    for (const [index, { zone, at: change }] of changes.entries()) {
      const places = [law.place(zone)];
      // Around the change itself, and at other times of the two days about it, not the same for each.
      const starts = [-day, -90 * minute, -minute, -1, 0, 1, minute, 30 * minute, 61 * minute, ((index * 37) % 2880) * minute - day];
      for (const offset of starts) {
        const at = change + offset;
        const ask = (asked: number) => {
          const request = sendRequest({ messageId: `${zone} ${change}`, channel: 'sms', at: asked, deadlineAt: at + 4 * day });
          return decideSend(request, sendFacts({ places, quietHours: law.policy }));
        };
        const decision = ask(at);
        const slot = decision.kind === 'send' ? at : decision.kind === 'defer' ? decision.until : null;
        if (slot === null) complain(zone, at, 'lost');
        else if (slot < at || slot - at > 2 * day) complain(zone, at, `too far away: ${new Date(slot).toISOString()}`);
        else if (!mayLeave(slot, zone, law)) complain(zone, at, `outside: ${new Date(slot).toISOString()}`);
        // What was promised leaves when it has come, and is not promised again.
        else if (ask(slot).kind !== 'send') complain(zone, at, `put off again at ${new Date(slot).toISOString()}`);
        // Who may go now is not put off.
        else if (slot > at && mayLeave(at, zone, law)) complain(zone, at, 'put off although open');
        else {
          const validity = smsValiditySeconds(slot, { channel: 'sms', places, deadlineAt: slot + day, policy: law.policy });
          // Nothing lands late: until its last second the hours are open.
          if (validity < 1 || !isOpen(slot + validity * 1000 - 1, zone, law)) complain(zone, slot, `may land late: ${validity} s`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('no text waits longer than the hours ask: just before the promised opening it is closed', () => {
  const law = { ...laws[0]!, policy: { ...quietHours, openingJitterMs: 0 } };
  const wrong = changes.filter(({ zone, at }) => {
    const from = at - 6 * hour;
    const decision = decideSend(
      sendRequest({ channel: 'sms', at: from, deadlineAt: from + 4 * day }),
      sendFacts({ places: [law.place(zone)], quietHours: law.policy }),
    );
    return decision.kind === 'defer' ? mayLeave(decision.until - 1, zone, law) : decision.kind !== 'send';
  });

  expect(wrong).toEqual([]);
});
