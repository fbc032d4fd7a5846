import { describe, expect, test } from 'vitest';
import { day, hour } from '../../src/domain/time/instant.js';
import { describeSteps } from '../../src/journey/graph.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { definitionOf, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { shippedPolicies } from '../support/policies.js';

const waiting = (wait: string): string =>
  trialJourney({ steps: `\n  - wait: ${wait}\n  - send: { id: then, channel: email, template: t }` });

/** How long after `at` the message left; the quiz is finished at `at`, and once more after each of `again`. */
function leaves(source: string, { at = startAt, zone = 'Europe/London', again = [] as readonly number[] } = {}): number | undefined {
  const persona = castPersona('subscriber', at);
  const story = simulate({
    definition: definitionOf(source.replace('reentry: always', 'reentry: once')),
    script: {
      name: 'a trial',
      startAt: at,
      persona: { ...persona, traits: { ...persona.traits, timezone: zone } },
      happenings: [0, ...again].map((after) => ({
        at: at + after,
        what: {
          kind: 'event',
          type: 'track',
          name: 'Quiz Finished',
          properties: {},
          who: null,
          happenedAt: at + after,
          messageId: null,
        },
      })),
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
  const [message] = story.messages;
  return message === undefined ? undefined : message.at - at;
}

describe('a wait until a time of the week', () => {
  // It begins on Tuesday 1 December 2026, at 10:00 in London.
  test.each([
    ['the time of today that is still to come', '{ until: { at: "17:00" } }', 7 * hour],
    ['the same time of tomorrow, where that of today is over', '{ until: { at: "09:00" } }', 23 * hour],
    ['at once, where it is that time', '{ until: { at: "10:00" } }', 0],
    ['a day of this week', '{ until: { days: [thu], at: "10:00" } }', 2 * day],
    ['the first of several days', '{ until: { days: [mon, fri], at: "09:00" } }', 3 * day - hour],
    ['the next week, where the time of this day is over', '{ until: { days: [tue], at: "09:00" } }', 7 * day - hour],
    ['after a time', '{ for: P3D, until: { days: [tue, thu], at: "10:00" } }', 7 * day],
    ['after hours', '{ for: PT8H, until: { at: "17:00" } }', 31 * hour],
    ['of another zone', '{ until: { at: "17:00", zone: America/New_York } }', 12 * hour],
  ])('lasts until %s', (_what, wait, after) => {
    expect(leaves(waiting(wait))).toBe(after);
  });

  test('is of the person’s zone', () => {
    expect(leaves(waiting('{ until: { at: "17:00" } }'), { zone: 'Europe/Berlin' })).toBe(6 * hour);
  });

  test('keeps its time of day when the clocks change', () => {
    // Saturday 27 March 2027, 10:00 in London; on Sunday the clocks go forward.
    const at = Date.UTC(2027, 2, 27, 10);
    expect(leaves(waiting('{ until: { days: [sun], at: "10:00" } }'), { at })).toBe(23 * hour);
    // 01:30 is left out on that Sunday: the first moment after it counts.
    expect(leaves(waiting('{ until: { days: [sun], at: "01:30" } }'), { at })).toBe(15 * hour);
  });

  test('counts from what a wait heard', () => {
    const source = trialJourney({
      steps: `
  - wait_until: { id: again, branches: [{ on: "event:Quiz Finished" }], lookback: none, timeout: P2D }
  - wait: { for: PT1H }
  - wait: { for: P3D, from: heard.again }
  - send: { id: then, channel: email, template: t }`,
    });
    expect(leaves(source, { again: [5 * hour] })).toBe(5 * hour + 3 * day);
    // What heard nothing is counted from here.
    expect(leaves(source)).toBe(2 * day + hour + 3 * day);
  });

  test('says so', () => {
    expect(describeSteps(definitionOf(waiting('{ for: P3D, until: { days: [tue, thu], at: "10:00" } }')))[0]?.sentence).toBe(
      'Waits 3 days, then until it is 10:00 on tue, thu.',
    );
    expect(describeSteps(definitionOf(waiting('{ until: { at: "10:00", zone: Europe/Paris } }')))[0]?.sentence).toBe(
      'Waits until it is 10:00 on any day in Europe/Paris.',
    );
  });

  test.each([
    ['{}', 'says neither how long nor until when'],
    ['{ until: { days: [tuesday], at: "10:00" } }', 'tuesday'],
    ['{ until: { days: [tue] } }', 'at'],
    ['{ until: { at: "25:00" } }', 'must be a time of day'],
    ['{ until: { at: "10:00", zone: Mars } }', 'must be an IANA time zone'],
    ['{ for: P1D, at: "10:00", until: { at: "10:00" } }', 'is said in "until" already'],
    ['{ for: PT1H, at: "10:00" }', 'goes with whole days only'],
    ['{ for: P1D, from: heard.nobody }', 'There is no step "nobody"'],
  ])('%s is refused', (wait, says) => {
    expect(problemsOf(waiting(wait)).join('\n')).toContain(says);
  });
});
