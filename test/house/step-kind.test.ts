import { describe, expect, test, vi } from 'vitest';
import { hour } from '../../src/domain/time/instant.js';
import type { StepId } from '../../src/domain/values/ids.js';
import { describeSteps, stepsInOrder, successors } from '../../src/journey/graph.js';
import { journeyJsonSchema } from '../../src/journey/json-schema.js';
import type { StepEffectKind } from '../../src/step-effects/kind.js';
import type { PointsGiven } from './trial-effect.js';
import { definitionOf, playYaml, problemsOf, startAt, trialJourney } from './trials.js';

// What a line in each of these lists would do.
vi.mock(import('../../src/journey/steps/index.js'), async (original) => {
  const { stepKinds } = await original();
  const { reward } = await import('./trial-step.js');
  return { stepKinds: { ...stepKinds, reward } };
});
vi.mock(import('../../src/step-effects/index.js'), async (original) => {
  const { stepEffects } = await original();
  return { stepEffects: { ...stepEffects, points_given: givePoints as never } };
});
const written = vi.hoisted((): unknown[] => []);

const givePoints = vi.hoisted(
  (): Pick<StepEffectKind<PointsGiven>, 'toMemory'> => ({
    toMemory: ({ points }, { by }) => void written.push({ step: by.step, visit: by.visit, points }),
  }),
);

const journey = trialJourney({
  steps: `
  - reward: { points: 5, enough: { steps: [{ send: { id: praise, channel: email, template: praise } }] } }
  - wait: { for: PT1H }
  - send: { id: thanks, channel: email, template: thanks }`,
});

describe('a kind of step that is a file and a line', () => {
  test('is in the editors’ schema, with its defaults and its words', () => {
    const schema = JSON.stringify(journeyJsonSchema());

    expect(schema).toContain('"reward":{"type":"object"');
    expect(schema).toContain('How many points.');
  });

  test('is read, with the steps inside it, and says what is wrong with it', () => {
    expect(problemsOf(trialJourney({ steps: '\n  - reward: { points: many, colour: red }' }))).toEqual([
      expect.stringContaining('points'),
      expect.stringContaining('colour'),
    ]);
    expect(problemsOf(trialJourney({ steps: '\n  - reward: { points: 0 }' }))).toEqual([
      'The step "reward-1" gives no points. (steps.0.reward.points)',
    ]);
    expect(problemsOf(trialJourney({ steps: '\n  - rewards: { points: 1 }' }))[0]).toContain('rewards');
  });

  test('is compiled into the graph, with all ways out', () => {
    const definition = definitionOf(journey);

    expect(definition.steps['reward-1']).toEqual({
      kind: 'reward',
      id: 'reward-1',
      next: 'wait-1',
      points: 5,
      most: 100,
      enough: 'praise',
    });
    expect(successors(definition.steps['reward-1']!)).toEqual(['praise', 'wait-1']);
    expect(stepsInOrder(definition).map(({ id }) => id)).toEqual(['reward-1', 'praise', 'wait-1', 'thanks'] as StepId[]);
    expect(describeSteps(definition)[0]).toEqual({ id: 'reward-1', sentence: 'Gives 5 points.', to: ['praise', 'wait-1'] });
  });

  test('moves, and what it asks for is written once, with the entry', () => {
    const story = playYaml(journey, { points: 3 });

    expect(story.messages).toMatchObject([{ step: 'thanks', state: 'sent', at: startAt + hour }]);
    expect(story.lines.map(({ text }) => text).filter((text) => text.includes('points'))).toEqual(['Gives 5 points.']);
    expect(written).toEqual([{ step: 'reward-1', visit: 1, points: 5 }]);
    expect(playYaml(journey, { points: 200 }).messages).toMatchObject([{ step: 'praise' }, { step: 'thanks' }]);
    expect(written).toHaveLength(1);
  });
});
