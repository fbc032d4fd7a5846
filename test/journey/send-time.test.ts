import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HourQuestion, habitualHour, usualHours } from '../../src/domain/engagement/habitual-hour.js';
import { day, hour, type Instant } from '../../src/domain/time/instant.js';
import { localClock } from '../../src/domain/time/time.js';
import { parseJourney } from '../../src/journey/parse.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { shippedPolicies } from '../support/policies.js';

const zone = 'Europe/London';
/** A Tuesday, 10:00 in London. */
const startAt: Instant = Date.UTC(2026, 11, 1, 10);
const question: HourQuestion = { clicks: [], from: startAt, withinMs: day, timeZone: zone, hours: null, key: 'k1' };
const at = (clock: number, days = 0): Instant => Date.UTC(2026, 11, 1 + days, clock);

describe('the habitual hour', () => {
  test('is that of the own clicks from three on, else that of most people', () => {
    expect(habitualHour(question)).toEqual({ at: at(21), by: 'usual' });
    expect(habitualHour({ ...question, clicks: [at(9, -1), at(9, -2)] })).toEqual({ at: at(21), by: 'usual' });
    expect(habitualHour({ ...question, clicks: [at(9, -1), at(9, -2), at(10, -3)] })).toEqual({ at: at(9, 1), by: 'own' });
  });

  test('is chosen among hours that are allowed and come in time, and is now where it is that hour', () => {
    const nightOwl = [2, 2, 3, 2, 1, 2, 2].map((clock) => at(clock, -1));
    expect(habitualHour({ ...question, clicks: nightOwl }).at).toBe(at(2, 1));
    expect(habitualHour({ ...question, clicks: nightOwl, hours: { opens: 8 * 60, closes: 21 * 60 } }).at).toBe(at(20));
    expect(habitualHour({ ...question, withinMs: 3 * hour }).at).toBe(at(12));
    const halfPast = at(21) + hour / 2;
    expect(habitualHour({ ...question, from: halfPast }).at).toBe(halfPast);
    expect(habitualHour({ ...question, from: at(22), hours: { opens: 480, closes: 600 }, withinMs: hour }).at).toBe(at(22));
  });

  test('is by chance for one message in ten, always the same for the same message, and never outside what is allowed', () => {
    const keys = Array.from({ length: 2_000 }, (_, n) => `message-${n}`);
    const picked = keys.map((key) => habitualHour({ ...question, key, hours: { opens: 480, closes: 1260 } }));
    const chance = picked.filter(({ by }) => by === 'chance');
    expect(chance.length).toBeGreaterThan(150);
    expect(chance.length).toBeLessThan(250);
    expect(new Set(chance.map((one) => localClock(one.at, zone).hour)).size).toBe(13);
    expect(picked.every((one) => [...Array(13).keys()].map((n) => n + 8).includes(localClock(one.at, zone).hour))).toBe(true);
  });

  test('never comes before the message was ready, nor later than was allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 * 24 }),
        fc.integer({ min: 1, max: 24 }),
        fc.array(fc.integer({ min: 0, max: 23 }), { maxLength: 9 }),
        fc.constantFrom('Europe/London', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'),
        (hours, within, clicked, timeZone) => {
          const from = startAt + hours * hour + 1_234;
          const clicks = clicked.map((clock) => at(clock, -3));
          const chosen = habitualHour({ ...question, from, clicks, timeZone, withinMs: within * hour, key: `${hours}-${within}` });
          expect(chosen.at).toBeGreaterThanOrEqual(from);
          expect(chosen.at - from).toBeLessThanOrEqual(within * hour);
        },
      ),
    );
  });

  test('of most people is spread over the day', () => {
    expect(usualHours).toHaveLength(24);
    expect(usualHours.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
  });
});

const journey = (rest: string, head = 'class: marketing\ntopic: newsletter') => `journey: trial
name: Trial
${head}
trigger: { event: { name: "event:Quiz Finished" } }
${rest}`;
const steps =
  'steps:\n  - send: { id: nudge, channel: email, template: nudge, deadline: PT4H, send_time: { optimize: true, within: P1D } }\n';

function play(source: string, clicks: readonly number[]) {
  const parsed = parseJourney(source, {});
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  const who = { who: null, messageId: null };
  const quiz = (after: Instant) =>
    ({
      at: after,
      what: { kind: 'event', type: 'track', name: 'Quiz Finished', properties: {}, ...who, happenedAt: after },
    }) as const;
  return simulate({
    definition: parsed.definition,
    script: {
      name: 'hours',
      startAt: at(10, -10),
      persona: castPersona('subscriber', startAt),
      happenings: [
        ...clicks.flatMap((clock, n) => [
          quiz(at(10, n - 9) + 7),
          { at: at(clock, n - 8), what: { kind: 'receipt', step: 'nudge', status: 'clicked' } as const },
        ]),
        quiz(startAt + 7),
      ],
      answers: {},
    },
    shop: { timeZone: zone, country: 'GB' },
    policies: shippedPolicies(),
  });
}

test('a message waits for the hour at which the person clicked before; its deadline counts from there, and the story says why', () => {
  const { messages, lines } = play(journey(`entry: { reentry: always }\n${steps}`), [19, 19, 19]);
  const last = messages.at(-1);

  expect(last).toMatchObject({ step: 'nudge', state: 'sent', at: at(19) });
  const told = lines.map(({ text }) => text);
  expect(told).toContain(
    'Comes to the email nudge and waits 9 hours, until Tue 1 Dec 19:00 (Europe/London): the hour at which the person clicks most often.',
  );
  expect(told.join('\n')).toContain('the hour at which most people click, because the person has clicked less than three times');
});

test.each([
  ['service', journey(`entry: { reentry: once }\n${steps}`, 'class: service\ntopic: orders'), 'A service message does not wait'],
  [
    'cart',
    journey(`entry: { reentry: once, key: cart }\n${steps}`).replace('event:Quiz Finished', 'cart.updated'),
    'A message about a cart',
  ],
  [
    'checkout',
    journey(`entry: { reentry: once }\n${steps}`).replace('"event:Quiz Finished"', 'checkout.started'),
    'A message about a cart or a checkout',
  ],
  ['asked for', journey(`entry: { reentry: once }\n${steps.replace('deadline', 'user_initiated: true, deadline')}`), 'has just asked for'],
  ['without optimize', journey(`entry: { reentry: once }\n${steps.replace('optimize: true', 'optimize: false')}`), 'optimize'],
])('is refused for what must not wait: %s', (_name, source, says) => {
  const { kind, problems } = parseJourney(source, {});

  expect(kind).toBe('invalid');
  expect(problems.map(({ path, message }) => `${path} ${message}`).join('\n')).toContain(says);
});
