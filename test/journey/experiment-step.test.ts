import { describe, expect, test } from 'vitest';
import { day, hour } from '../../src/domain/time/instant.js';
import { describeSteps } from '../../src/journey/graph.js';
import { parseJourney } from '../../src/journey/parse.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { definitionOf, startAt, trialJourney } from '../house/trials.js';
import { experimentOf } from '../support/experiments.js';
import { shippedPolicies } from '../support/policies.js';

const steps = `
  - experiment:
      run: trial
      arms:
        - arm: offer
          steps: [{ wait: { for: PT2H } }, { send: { id: deal, channel: email, template: deal } }]
        - arm: none
      else: { steps: [{ exit: { reason: no-part } }] }
  - wait: { for: P1D }
  - send: { id: thanks, channel: email, template: thanks }`;
const journey = trialJourney({ steps });

const withHoldout = experimentOf({
  arms: [
    { id: 'none', weight: 0.4 },
    { id: 'offer', weight: 0.4 },
    { id: 'quiet', weight: 0.2, holdoutOf: 'offer' },
  ],
});

function play(arm: string | null, definition = withHoldout, quizzes = 1): Story {
  const happenings = Array.from({ length: quizzes }, (_, n) => {
    const at = startAt + 10 * n * day;
    const what = { type: 'track', name: 'Quiz Finished', properties: {}, who: null, happenedAt: at, messageId: null } as const;
    return { at, what: { kind: 'event', ...what } as const };
  });
  const persona = castPersona('subscriber', startAt);
  return simulate({
    definition: definitionOf(journey),
    script: {
      name: 'a trial',
      startAt,
      persona: arm === null ? persona : { ...persona, arms: { trial: arm } },
      happenings,
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
    experiments: [{ version: 1, definition }],
  });
}

describe('a step that is an experiment', () => {
  test('takes the way of the arm', () => {
    expect(play('offer').messages).toMatchObject([
      { step: 'deal', state: 'sent', at: startAt + 2 * hour },
      { step: 'thanks', state: 'sent', at: startAt + 2 * hour + day },
    ]);
    expect(play('none').messages).toMatchObject([{ step: 'thanks', state: 'sent', at: startAt + day }]);
    expect(play('none').lines.map(({ text }) => text)).toContain('Experiment trial: takes the arm none.');
  });

  test('lets a holdout walk the same waits, and says what would have been sent', () => {
    const story = play('quiet');
    expect(story.messages).toMatchObject([
      { step: 'deal', state: 'withheld', at: startAt + 2 * hour },
      { step: 'thanks', state: 'withheld', at: startAt + 2 * hour + day },
    ]);
    const said = story.lines.map(({ text }) => text).join('\n');
    expect(said).toContain('takes the arm quiet, walks as offer and gets no marketing message');
    expect(said).toMatch(/Withheld.*Without that: Cleared to send/);
  });

  test('gives the same arm in the next entry', () => {
    const arms = play(null, withHoldout, 3).lines.flatMap(({ text }) => /takes the arm (\w+)/.exec(text)?.[1] ?? []);
    expect(arms).toHaveLength(3);
    expect(new Set(arms).size).toBe(1);
  });

  test('leaves out who takes no part', () => {
    const outside = play(null, experimentOf({ audience: { kind: 'trait', name: 'plan', comparison: { op: 'is', value: 'gold' } } }));
    expect(outside.messages).toEqual([]);
    expect(outside.lines.map(({ text }) => text).join('\n')).toContain('takes no part, since the person is not in its audience');
    const covered = play(null, experimentOf({ coverage: 0 }));
    expect(covered.lines.map(({ text }) => text).join('\n')).toContain('since it covers a part of the people only');
    const unknown = play(null, experimentOf({ id: 'another' }));
    expect(unknown.lines.map(({ text }) => text).join('\n')).toContain('since it is not in force');
  });

  test('is described with all its ways', () => {
    expect(describeSteps(definitionOf(journey))[0]).toEqual({
      id: 'experiment-1',
      sentence: 'Takes the way of the person’s arm in the experiment trial: offer, none.',
      to: ['wait-1', 'wait-2', 'exit-1'],
    });
  });

  test.each<[string, Readonly<Record<string, readonly string[]>>, string, string]>([
    [steps, { trail: ['none', 'offer'] }, 'There is no experiment "trial".', 'Did you mean "trail"?'],
    [steps, { trial: ['none', 'offer', 'third'] }, 'The arm "third" of the experiment "trial" has no way here.', 'Add "- arm: third"'],
    [steps, { trial: ['none', 'offers'] }, 'has no arm "offer" with a way of its own', 'Did you mean "offers"?'],
    [steps.replace('arm: none', 'arm: offer'), { trial: ['offer'] }, 'The arm "offer" has two ways.', 'Keep one'],
  ])('is refused where step and experiment differ', (of, experiments, says, instead) => {
    const { kind, problems } = parseJourney(trialJourney({ steps: of }), { experiments });
    expect(kind).toBe('invalid');
    expect(problems.map(({ message }) => message).join('\n')).toContain(says);
    expect(problems.map(({ suggestion }) => suggestion).join('\n')).toContain(instead);
  });
});
