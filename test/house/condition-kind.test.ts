import { describe, expect, test, vi } from 'vitest';
import { journeyJsonSchema } from '../../src/journey/json-schema.js';
import { definitionOf, playYaml, problemsOf, trialJourney } from './trials.js';

// What a line in each of these lists would do. The step only gives the points that the condition asks for.
vi.mock(import('../../src/journey/conditions/index.js'), async (original) => {
  const { conditionKinds } = await original();
  const { points } = await import('./trial-condition.js');
  return { conditionKinds: { ...conditionKinds, points } };
});
vi.mock(import('../../src/knowledge/index.js'), async (original) => {
  const { knowledgeSources } = await original();
  const { pointsKnown } = await import('./trial-knowledge.js');
  return { knowledgeSources: { ...knowledgeSources, points: pointsKnown } };
});
vi.mock(import('../../src/journey/steps/index.js'), async (original) => {
  const { stepKinds } = await original();
  const { reward } = await import('./trial-step.js');
  return { stepKinds: { ...stepKinds, reward } };
});
vi.mock(import('../../src/step-effects/index.js'), async (original) => {
  const { stepEffects } = await original();
  const { pointsGiven } = await import('./trial-effect.js');
  return { stepEffects: { ...stepEffects, points_given: pointsGiven } };
});

const journey = trialJourney({
  filters: '[{ points: { less_than: 12 } }]',
  steps: `
  - reward: { points: 6 }
  - split: { branches: [{ when: { not: { points: { less_than: 6 } } }, steps: [{ send: { channel: email, template: many } }] }] }`,
});

describe('a kind of condition with data of its own that is a file, a source and a line each', () => {
  test('is in the editors’ schema, and is read inside other conditions', () => {
    expect(JSON.stringify(journeyJsonSchema())).toContain('"points":{"type":"object"');
    expect(problemsOf(trialJourney({ filters: '[{ points: { at_least: 1, at_most: 2 } }]' }))).toEqual([
      '"points" has at_least and at_most, but takes only one comparison. (entry.filters.0.points)',
    ]);
    expect(problemsOf(trialJourney({ filters: '[{ points: { is: 1 }, identified: true }]' }))[0]).toContain(
      'takes only one kind of condition',
    );
    expect(definitionOf(journey).entry.filters).toEqual([
      { reason: 'too-few-points', condition: { kind: 'points', comparison: { op: 'less_than', value: 12 } } },
    ]);
  });

  test('may not be asked by a trigger, which sees its event alone', () => {
    const source = trialJourney({ trigger: '{ event: { name: "event:Quiz Finished", where: { points: { at_least: 1 } } } }' });

    expect(problemsOf(source)[0]).toContain('"points" is not about it');
  });

  test('is judged by what its source knows at each turn', () => {
    const once = playYaml(journey, {});
    const thrice = playYaml(journey, {}, {}, {});

    expect(once.messages).toMatchObject([]);
    expect(thrice.entries.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['completed', 'completed'],
      ['completed', 'completed'],
      ['not-entered', 'too-few-points'],
    ]);
    expect(thrice.lines.map(({ text }) => text).filter((text) => /points is/.test(text))).toEqual([
      'Takes none of branch-1: the number of points is less than 6.',
      'Takes branch-1: the number of points is not less than 6.',
      'Does not enter: the number of points is not less than 12.',
    ]);
  });
});
