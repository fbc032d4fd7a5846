import { castPersona } from '../../src/simulator/persona.js';
import type { Script } from '../../src/simulator/script.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { definitionOf, startAt } from '../house/trials.js';
import { shippedPolicies } from './policies.js';

/** A track call of the person, so long after the start. */
export interface Track {
  readonly name: string;
  readonly afterMs: number;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Somebody finishes the quiz once, with these properties, and several journeys hear of it, and of what the person does then. */
export function playTogether(
  [first, ...others]: readonly string[],
  properties: Readonly<Record<string, unknown>>,
  tracks: readonly Track[] = [],
): Story {
  const happenings = [{ name: 'Quiz Finished', afterMs: 0, properties }, ...tracks].map(
    ({ name, afterMs, properties: said = {} }): Script['happenings'][number] => {
      const at = startAt + afterMs;
      return { at, what: { kind: 'event', type: 'track', name, properties: said, who: null, happenedAt: at, messageId: null } };
    },
  );
  return simulate({
    definition: definitionOf(first ?? ''),
    others: others.map(definitionOf),
    script: { name: 'a trial', startAt, persona: castPersona('subscriber', startAt), happenings, answers: {} },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
}
