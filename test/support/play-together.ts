import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { definitionOf, startAt } from '../house/trials.js';
import { shippedPolicies } from './policies.js';

/** Somebody finishes the quiz once, with these properties, and several journeys hear of it. */
export function playTogether([first, ...others]: readonly string[], properties: Readonly<Record<string, unknown>>): Story {
  const who = { who: null, happenedAt: startAt, messageId: null };
  return simulate({
    definition: definitionOf(first ?? ''),
    others: others.map(definitionOf),
    script: {
      name: 'a trial',
      startAt,
      persona: castPersona('subscriber', startAt),
      happenings: [{ at: startAt, what: { kind: 'event', type: 'track', name: 'Quiz Finished', properties, ...who } }],
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
}
