import type { JourneyDefinition } from '../../src/journey/definition.js';
import { parseJourney } from '../../src/journey/parse.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { shippedPolicies } from '../support/policies.js';

/** Tuesday 1 December 2026, 10:00 in London. */
export const startAt = Date.UTC(2026, 11, 1, 10);

interface Parts {
  readonly trigger?: string;
  readonly filters?: string;
  readonly steps?: string;
}

/** A journey whose parts are written as a marketer would. It begins on `Quiz Finished`, and sends one email. */
export function trialJourney({
  trigger = '{ event: { name: "event:Quiz Finished" } }',
  filters = '[]',
  steps = '\n  - send: { id: thanks, channel: email, template: thanks }',
}: Parts): string {
  return `journey: trial
name: Trial
class: marketing
topic: newsletter
trigger: ${trigger}
entry: { reentry: always, filters: ${filters} }
steps:${steps}
`;
}

export function definitionOf(source: string): JourneyDefinition {
  const parsed = parseJourney(source, {});
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

export function problemsOf(source: string): readonly string[] {
  return parseJourney(source, {}).problems.map(({ path, message }) => `${message} (${path})`);
}

/** Somebody finishes the quiz, once for each of these, a day apart. */
export function playYaml(source: string, ...quizzes: readonly Readonly<Record<string, unknown>>[]): Story {
  const day = 24 * 3_600_000;
  const happenings = quizzes.map((properties, index) => {
    const at = startAt + index * day;
    const who = { who: null, happenedAt: at, messageId: null };
    return { at, what: { kind: 'event', type: 'track', name: 'Quiz Finished', properties, ...who } } as const;
  });
  return simulate({
    definition: definitionOf(source),
    script: { name: 'a trial', startAt, persona: castPersona('subscriber', startAt), happenings, answers: {} },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
}
