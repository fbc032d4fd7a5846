import { describe, expect, test } from 'vitest';
import { mostInARow } from '../../src/domain/events/own-event.js';
import { hour } from '../../src/domain/time/instant.js';
import { describeSteps } from '../../src/journey/graph.js';
import { parseJourney } from '../../src/journey/parse.js';
import { definitionOf, playYaml, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { playTogether } from '../support/play-together.js';

const telling = (what: string, more = ''): string => trialJourney({ steps: `\n  - emit: ${what}${more}` });

describe('a step that tells an event', () => {
  test('is heard by other journeys, with what it knows', () => {
    const fans = trialJourney({
      trigger: '{ event: { name: "event:Became A Fan", where: { event_property: { path: plan, is: gold } } } }',
      steps: `
  - wait: { for: PT1H }
  - send: { id: welcome, channel: email, template: welcome }`,
    }).replace('journey: trial', 'journey: fans');
    const story = playTogether(
      [
        telling(
          '{ event: Became A Fan, properties: { plan: "{{ trigger.plan }}", from: "the plan {{ trigger.plan }}", other: "{{ trigger.none }}" } }',
        ),
        fans,
      ],
      { plan: 'gold' },
    );

    expect(story.lines.map(({ text }) => text)).toContain('Tells the event Became A Fan, without other: not known.');
    expect(story.messages).toMatchObject([{ step: 'welcome', state: 'sent', at: startAt + hour }]);
  });

  test('goes on when all that follows from it is known', () => {
    const counts = '{ event_count: { name: "event:Became A Fan", within: P1D, at_least: 1 } }';
    const story = playYaml(
      telling(
        '{ event: Became A Fan }',
        `
  - split:
      branches: [{ id: fan, when: ${counts}, steps: [{ send: { id: thanks, channel: email, template: thanks } }] }]`,
      ),
      {},
    );

    expect(story.messages).toMatchObject([{ step: 'thanks', state: 'sent', at: startAt }]);
  });

  test('takes what a wait heard', () => {
    const source = trialJourney({
      steps: `
  - wait_until: { id: next, branches: [{ on: "event:Quiz Finished" }], lookback: none, timeout: P2D }
  - emit: { event: Finished Twice, properties: { score: "{{ heard.next.score }}" } }
  - split: { branches: [{ id: high, when: { event_count: { name: "event:Finished Twice", within: P1D, at_least: 1 } }, steps: [{ exit: { reason: high } }] }] }`,
    }).replace('reentry: always', 'reentry: once');
    const story = playYaml(source, { score: 1 }, { score: 7 });

    expect(story.lines.map(({ text }) => text)).toContain('Tells the event Finished Twice.');
    expect(story.entries[0]).toMatchObject({ outcome: 'completed', reason: 'high' });
  });

  test.each([
    ['{ event: Order Completed }', 'is what the shop tells (order.paid)'],
    ['{ event: Consent Granted }', 'is about consent'],
    ['{ event: "event:Mine" }', 'is written without "event:"'],
    ['{ event: " " }', 'needs a name'],
    ['{ event: Quiz Finished }', 'would begin itself again and again'],
    ['{ event: Mine, properties: { a: "{{ person.email }}" } }', '"person.email" is nothing that a step knows'],
    ['{ event: Mine, properties: { a: "{{ order.totl }}" } }', 'did you mean "total"'],
    ['{ event: Mine, properties: { a: "{{ trigger.x" } }', 'without its "}}"'],
    ['{ event: Mine, properties: { a: "{{ heard.nobody.x }}" } }', 'There is no step "nobody"'],
    ['{ event: Mine, properties: { a: { b: 1 } } }', 'properties.a'],
  ])('%s is refused', (what, says) => {
    expect(problemsOf(telling(what)).join('\n')).toContain(says);
  });

  test('takes from a wait only', () => {
    const source = telling('{ event: Mine, properties: { a: "{{ heard.rest.x }}" } }').replace(
      'steps:',
      'steps:\n  - wait: { id: rest, for: PT1H }',
    );
    expect(problemsOf(source)).toEqual([expect.stringContaining('The step "rest" hears nothing.')]);
  });

  test('says what it does', () => {
    const parsed = parseJourney(telling('{ event: Became A Fan }'), {});
    expect(parsed.kind).toBe('ok');
    expect(describeSteps(definitionOf(telling('{ event: Became A Fan }')))[0]?.sentence).toBe('Tells the event Became A Fan.');
  });

  test('ends a circle of journeys after a few rounds, and says so', () => {
    const there = telling('{ event: Ping }');
    const back = trialJourney({ trigger: '{ event: { name: "event:Ping" } }', steps: '\n  - emit: { event: Quiz Finished }' }).replace(
      'journey: trial',
      'journey: back',
    );
    const story = playTogether([there, back], {});

    expect(story.entries).toHaveLength(mostInARow + 1);
    expect(story.lines.filter(({ text }) => text.startsWith('Tells the event'))).toHaveLength(mostInARow + 1);
  });
});
