import { describe, expect, test } from 'vitest';
import { isKeptBack } from '../../src/domain/experiments/assign.js';
import type { Policies } from '../../src/domain/policy/policies.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { definitionOf, startAt, trialJourney } from '../house/trials.js';
import { shippedPolicies } from '../support/policies.js';

const plain = definitionOf(trialJourney({}));

function play(change: { readonly ofJourney?: number; readonly ofAll?: number; readonly class?: 'service' }) {
  const policies = shippedPolicies();
  const holdout = { share: change.ofAll ?? 0, season: '2026-q4' };
  const what = { type: 'track', name: 'Quiz Finished', properties: {}, who: null, happenedAt: startAt, messageId: null } as const;
  const story = simulate({
    definition: { ...plain, holdout: change.ofJourney ?? 0, class: change.class ?? plain.class },
    script: {
      name: 'a trial',
      startAt,
      persona: castPersona('subscriber', startAt),
      happenings: [{ at: startAt, what: { kind: 'event', ...what } }],
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: { ...policies, classes: { ...policies.classes, holdout } } satisfies Policies,
  });
  return story.messages.map(({ state }) => state);
}

describe('a holdout', () => {
  test('of the journey, and of all journeys, goes without marketing', () => {
    expect(play({})).toEqual(['sent']);
    expect(play({ ofJourney: 1 })).toEqual(['withheld']);
    expect(play({ ofAll: 1 })).toEqual(['withheld']);
  });

  test('still gets what is not marketing', () => {
    expect(play({ ofJourney: 1, ofAll: 1, class: 'service' })).toEqual(['sent']);
  });

  test('has other people in each season and each journey', () => {
    const people = Array.from({ length: 20_000 }, (_, n) => `p-${n}`);
    const heldOut = (of: string) => people.filter((person) => isKeptBack(of, 0.1, person));
    const [one, other] = [heldOut('all:2026-q4'), heldOut('all:2027-q1')];
    expect(one.length / people.length).toBeCloseTo(0.1, 1);
    const both = one.filter((person) => other.includes(person)).length;
    expect(both / one.length).toBeLessThan(0.15);
  });
});
