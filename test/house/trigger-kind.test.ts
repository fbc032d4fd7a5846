import { describe, expect, test, vi } from 'vitest';
import { hour } from '../../src/domain/time/instant.js';
import { describeTrigger } from '../../src/journey/graph.js';
import { journeyJsonSchema } from '../../src/journey/json-schema.js';
import { definitionOf, playYaml, problemsOf, startAt, trialJourney } from './trials.js';

// What a line each in the list would do.
vi.mock(import('../../src/journey/triggers/index.js'), async (original) => {
  const { triggerKinds } = await original();
  const { rating, bySegment } = await import('./trial-trigger.js');
  return { triggerKinds: { ...triggerKinds, rating, by_segment: bySegment } };
});

const journey = trialJourney({ trigger: '{ rating: { of: "event:Quiz Finished", at_most: 2 } }' });

describe('a kind of trigger that is a file and a line', () => {
  test('is in the editors’ schema', () => {
    expect(JSON.stringify(journeyJsonSchema())).toContain('The worst rating that counts.');
  });

  test('is read, and says what is wrong with it', () => {
    expect(problemsOf(trialJourney({ trigger: '{ rating: { of: "event:Quiz Finished" } }' }))[0]).toContain('"at_most" is missing.');
    expect(problemsOf(trialJourney({ trigger: '{ rating: { of: "order.payed", at_most: 0 } }' }))).toEqual([
      'There is no fact "order.payed". (trigger.rating.of)',
      'Nobody rates lower than 1. (trigger.rating.at_most)',
    ]);
    expect(problemsOf(trialJourney({ trigger: '{ rating: { of: order.paid, at_most: 1 }, by_segment: {} }' }))[0]).toContain(
      'one kind of trigger',
    );
  });

  test('is compiled, and starts as it says', () => {
    const { trigger } = definitionOf(journey);
    const story = playYaml(journey, { rating: 5 }, { rating: 1 });

    expect(trigger).toEqual({ kind: 'rating', of: 'event:Quiz Finished', atMost: 2 });
    expect(describeTrigger({ trigger })).toBe('Begins an hour after a rating of 2 or less.');
    expect(story.messages).toMatchObject([{ step: 'thanks', state: 'sent', at: startAt + 25 * hour }]);
  });

  test('cannot be one that nothing arms', () => {
    // That it does not compile is said in its file. What gets past the compiler fails, and is not passed over in silence.
    const called = trialJourney({ trigger: '{ by_segment: {} }' });

    expect(problemsOf(called)).toEqual([]);
    expect(() => playYaml(called, {})).toThrow();
  });
});
