import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, type Instant } from '../../src/domain/time/instant.js';
import { localClock } from '../../src/domain/time/time.js';
import { describeSteps } from '../../src/journey/graph.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { definitionOf, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { shippedPolicies } from '../support/policies.js';

const journeyWith = (window: string) =>
  trialJourney({
    steps: `
  - time_window: ${window}
  - send: { id: deal, channel: email, template: deal }`,
  });

/** When the message of a person in this zone leaves, where they come at `at`. */
function leaves(window: string, at: Instant, zone = 'Europe/London'): Instant | undefined {
  const persona = castPersona('subscriber', at);
  const event = { type: 'track', name: 'Quiz Finished', properties: {}, who: null, happenedAt: at, messageId: null } as const;
  const story = simulate({
    definition: definitionOf(journeyWith(window)),
    script: {
      name: 'a window',
      startAt: at,
      persona: { ...persona, traits: { ...persona.traits, timezone: zone } },
      happenings: [{ at, what: { kind: 'event', ...event } }],
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
  return story.messages[0]?.at;
}

const office = '{ days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00" }';
const at = (text: string): Instant => Date.parse(text);

describe('a step that waits for a window', () => {
  test.each([
    ['before it opens', '2026-12-01T07:30:00Z', '2026-12-01T09:00:00Z'],
    ['while it is open', '2026-12-01T11:30:00Z', '2026-12-01T11:30:00Z'],
    ['at the instant at which it opens', '2026-12-01T09:00:00Z', '2026-12-01T09:00:00Z'],
    ['at the instant at which it closes', '2026-12-01T17:00:00Z', '2026-12-02T09:00:00Z'],
    ['on a Friday evening', '2026-12-04T17:01:00Z', '2026-12-07T09:00:00Z'],
  ])('goes on when it is open: %s', (_when, comes, goes) => {
    expect(leaves(office, at(comes))).toBe(at(goes));
  });

  test('is in the time of the person, or of the zone that it names', () => {
    expect(leaves(office, at('2026-12-01T07:30:00Z'), 'America/New_York')).toBe(at('2026-12-01T14:00:00Z'));
    expect(leaves('{ from: "09:00", to: "17:00", zone: Asia/Tokyo }', at('2026-12-01T11:30:00Z'))).toBe(at('2026-12-02T00:00:00Z'));
  });

  test('may be open over midnight', () => {
    const night = '{ days: [fri], from: "22:00", to: "02:00" }';
    expect(leaves(night, at('2026-12-05T01:30:00Z'))).toBe(at('2026-12-05T01:30:00Z'));
    expect(leaves(night, at('2026-12-05T02:00:00Z'))).toBe(at('2026-12-11T22:00:00Z'));
  });

  test('says until when, and what it waits for', () => {
    const [step] = describeSteps(definitionOf(journeyWith(office)));
    expect(step?.sentence).toContain('Waits until it is between 09:00 and 17:00 on mon, tue, wed, thu, fri.');
  });

  test.each([
    ['{ from: "09:00", to: "09:00" }', 'open all day'],
    ['{ from: "9", to: "17:00" }', 'must be a time of day'],
    ['{ from: "09:00", to: "17:00", days: [monday] }', 'days'],
    ['{ from: "09:00", to: "17:00", zone: BST }', 'must be an IANA time zone'],
  ])('is refused where it cannot be meant: %s', (window, message) => {
    expect(problemsOf(journeyWith(window)).join('; ')).toContain(message);
  });

  test('always goes on within the window, at the first instant that is in it', () => {
    const zones = ['Europe/London', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'America/Santiago'];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 * 24 }),
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 1, max: 23 }),
        (hours, zone, opens, length) => {
          const two = (n: number) => String(n % 24).padStart(2, '0');
          const comes = startAt + hours * hour + 7 * 60_000;
          const goes = leaves(`{ from: "${two(opens)}:00", to: "${two(opens + length)}:00" }`, comes, zone) ?? Number.NaN;
          expect(goes).toBeGreaterThanOrEqual(comes);
          expect(goes - comes).toBeLessThanOrEqual(day + 2 * hour);
          // An hour that a clock skips is part of no window.
          const open = (instant: Instant) => (localClock(instant, zone).hour - opens + 24) % 24 < length;
          if (goes === comes) expect(open(goes)).toBe(true);
          else for (let before = comes; before < goes; before += hour / 4) expect(open(before)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});
