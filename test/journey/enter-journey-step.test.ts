import { describe, expect, test } from 'vitest';
import { mostInARow } from '../../src/domain/events/own-event.js';
import { hour } from '../../src/domain/time/instant.js';
import { describeSteps, describeTrigger } from '../../src/journey/graph.js';
import { parseJourney } from '../../src/journey/parse.js';
import { definitionOf, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { playTogether } from '../support/play-together.js';

const entering = (what: string): string => trialJourney({ steps: `\n  - enter_journey: ${what}` });
const sunset = (more: Parameters<typeof trialJourney>[0] = {}): string =>
  trialJourney({
    trigger: '{ api: {} }',
    steps: '\n  - wait: { for: PT1H }\n  - send: { id: last, channel: email, template: t }',
    ...more,
  }).replace('journey: trial', 'journey: sunset');
const texts = (journeys: readonly string[], properties = {}): readonly string[] =>
  playTogether(journeys, properties).lines.map(({ text }) => text);

describe('a step that enters another journey', () => {
  test('begins it for the person, with what it is told', () => {
    const asks = sunset({ filters: '[{ event_property: { path: reason, is: gold } }]' });
    const story = playTogether([entering('{ journey: sunset, with: { reason: "{{ trigger.plan }}" } }'), asks], { plan: 'gold' });

    expect(story.messages).toMatchObject([{ journey: 'sunset', step: 'last', state: 'sent', at: startAt + hour }]);
    expect(story.entries.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });

  test('begins a journey of any trigger, by its own rules of entry', () => {
    const refuses = sunset({
      trigger: '{ event: { name: "event:Never" } }',
      filters: '[{ reason: not-gold, event_property: { path: reason, is: gold } }]',
    });
    const story = playTogether([entering('{ journey: sunset, with: { reason: silver } }'), refuses], {});

    expect(story.entries.map(({ journey, reason }) => [journey, reason])).toEqual([
      ['trial', 'completed'],
      ['sunset', 'not-gold'],
    ]);
    const once = sunset().replace('reentry: always', 'reentry: once');
    const twice = trialJourney({
      steps: '\n  - enter_journey: { journey: sunset }\n  - wait: { for: PT5H }\n  - enter_journey: { journey: sunset }',
    });
    expect(
      playTogether([twice, once], {})
        .entries.map(({ reason }) => reason)
        .toSorted((a, b) => `${a}`.localeCompare(`${b}`)),
    ).toEqual(['completed', 'completed', 'reentry']);
  });

  test('does not begin what is under way', () => {
    const twice = trialJourney({ steps: '\n  - enter_journey: { journey: sunset }\n  - enter_journey: { journey: sunset }' });
    expect(playTogether([twice, sunset()], {}).entries.filter(({ journey }) => journey === 'sunset')).toHaveLength(1);
  });

  test('says what it does, and does nothing where there is no such journey', () => {
    expect(texts([entering('{ journey: nowhere, with: { a: "{{ trigger.b }}" } }')])).toContain(
      'Asks for an entry of the journey nowhere, without a: not known.',
    );
    expect(describeSteps(definitionOf(entering('{ journey: sunset }')))[0]?.sentence).toBe(
      'Enters the journey sunset, if its rules let it.',
    );
    expect(describeTrigger(definitionOf(sunset()))).toBe('Begins when it is called: by the API, or by a step of another journey.');
  });

  test('ends a circle after a few rounds', () => {
    const back = sunset({ steps: '\n  - enter_journey: { journey: trial }' });
    expect(playTogether([entering('{ journey: sunset }'), back], {}).entries).toHaveLength(mostInARow + 1);
  });

  test('cannot be said by a client', () => {
    const story = playTogether([sunset()], {}, [{ name: 'Journey Called', afterMs: hour, properties: { journey: 'sunset' } }]);
    expect(story.entries).toEqual([]);
  });

  test('does not enter its own journey, nor one that is not there', () => {
    expect(problemsOf(entering('{ journey: trial }')).join('\n')).toContain('would begin itself again and again');
    const problems = parseJourney(entering('{ journey: sunst }'), { journeys: ['trial', 'sunset'] }).problems;
    expect(problems).toMatchObject([{ message: 'There is no journey "sunst".', suggestion: 'Did you mean "sunset"?' }]);
  });
});
