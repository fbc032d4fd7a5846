import { describe, expect, test } from 'vitest';
import { day, hour } from '../../src/domain/time/instant.js';
import type { EngineContext } from '../../src/journey/context.js';
import { newEntryState } from '../../src/journey/engine.js';
import { stepKind } from '../../src/journey/steps/kind-of.js';
import { castPersona } from '../../src/simulator/persona.js';
import type { HappeningKind } from '../../src/simulator/script.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { definitionOf, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { shippedPolicies } from '../support/policies.js';

const handsOff = trialJourney({
  steps: `
  - wait_until:
      id: rating
      branches:
        - { on: feedback.submitted, where: { event_property: { path: rating, at_most: 3 } }, steps: [
            { hand_off: { id: call, reason: low-rating, title: Call about the rating, priority: high, due: P1D, because: [rating, comment] } } ] }
      timeout: P5D
  - send: { id: news, channel: email, template: thanks, deadline: P10D }`,
});

const quiz = (properties: Readonly<Record<string, unknown>> = {}): HappeningKind => event('Quiz Finished', startAt, properties);

function event(name: string, at: number, properties: Readonly<Record<string, unknown>>): HappeningKind {
  return { kind: 'event', type: 'track', name, properties, who: null, happenedAt: at, messageId: null };
}

function play(source: string, happenings: readonly (readonly [number, HappeningKind])[]): Story {
  return simulate({
    definition: definitionOf(source),
    script: {
      name: 'a hand-off',
      startAt,
      persona: castPersona('subscriber', startAt),
      happenings: happenings.map(([after, what]) => ({ at: startAt + after, what })),
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
}

const rated = [hour, event('Feedback Submitted', startAt + hour, { rating: 2, order_id: 'o1', comment: 'Broken' })] as const;

describe('a step that hands over to the team', () => {
  test('holds marketing until the task is closed, and the journey goes on at once', () => {
    const closed: HappeningKind = { kind: 'close-task', reason: 'low-rating' };
    const story = play(handsOff, [[0, quiz()], rated, [3 * day, closed]]);

    expect(story.lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining('Hands over to the team (low-rating, priority high): Call about the rating.')]),
    );
    expect(story.messages).toMatchObject([{ step: 'news', state: 'sent', at: startAt + 3 * day }]);
    expect(story.lines.map(({ text }) => text).join('\n')).toContain('marketing to the person is on hold until the task task_');
  });

  test('holds it at most so long as it says', () => {
    const short = handsOff.replace('priority: high,', 'hold_marketing: P2D,');
    expect(play(short, [[0, quiz()], rated]).messages).toMatchObject([{ step: 'news', state: 'sent', at: startAt + hour + 2 * day }]);
    const none = handsOff.replace('priority: high,', 'hold_marketing: false,');
    expect(play(none, [[0, quiz()], rated]).messages).toMatchObject([{ step: 'news', state: 'sent', at: startAt + hour }]);
  });

  test('skips a message whose deadline comes first, with the reason', () => {
    expect(play(handsOff, [[0, quiz()], rated]).messages).toMatchObject([
      { step: 'news', state: 'skipped', reason: 'on-hold', at: startAt + hour + 10 * day },
    ]);
  });

  test('hands nothing over where nothing calls for it', () => {
    expect(play(handsOff, [[0, quiz()]]).messages).toMatchObject([{ step: 'news', state: 'sent', at: startAt + 5 * day }]);
  });

  test('asks for the task with what led to it: what was heard last, else what began the entry', () => {
    const definition = definitionOf(handsOff);
    const step = definition.steps['call']!;
    const state = {
      ...newEntryState({ at: startAt, trigger: { comment: 'First', rating: 5, order_id: 7 } }),
      told: { rating: { at: startAt + hour, properties: { rating: 2 } } },
    };
    const context = { definition, about: [], at: startAt + hour, timeZone: 'UTC' } as unknown as EngineContext;

    expect(stepKind(step).move(step, state, context)).toMatchObject({
      asks: [
        {
          kind: 'task',
          reason: 'low-rating',
          priority: 'high',
          orderId: '7',
          dueAt: startAt + hour + day,
          because: { rating: 2, comment: 'First' },
        },
        { kind: 'hold', endsWith: 'task', until: startAt + hour + 14 * day },
      ],
    });
    const about = [{ kind: 'order', id: 'o9' }] as const;
    expect(stepKind(step).move(step, state, { ...context, about })).toMatchObject({ asks: [{ orderId: 'o9' }, {}] });
  });

  test.each([
    ['hand_off: { reason: low-rating }', 'title'],
    ['hand_off: { reason: Low rating, title: Call }', 'reason'],
    ['hand_off: { reason: low-rating, title: Call, priority: soon }', 'priority'],
    ['hand_off: { reason: low-rating, title: Call, hold_marketing: P200D }', 'Marketing is held for 200 days'],
    ['hold_marketing: { for: P100D, reason: trouble }', 'Marketing is held for 100 days'],
    ['hold_marketing: { for: P1D }', 'reason'],
  ])('says what is wrong: %s', (step, problem) => {
    expect(problemsOf(trialJourney({ steps: `\n  - ${step}` })).join()).toContain(problem);
  });
});

describe('a step that holds marketing', () => {
  const holds = (hold: string) =>
    trialJourney({ steps: `\n  - hold_marketing: ${hold}\n  - send: { id: news, channel: email, template: thanks, deadline: P30D }` });

  test('holds it for its time, in the very turn that asks for it', () => {
    expect(play(holds('{ for: P3D, reason: trouble }'), [[0, quiz()]]).messages).toMatchObject([{ step: 'news', at: startAt + 3 * day }]);
  });

  test('holds it until the ticket is closed that was opened meanwhile', () => {
    const opened = [hour, event('Ticket Opened', startAt + hour, { ticket_id: 't1' })] as const;
    const closed = [day, event('Ticket Closed', startAt + day, { ticket_id: 't1' })] as const;
    const source = holds('{ for: P7D, until: ticket_closed, reason: trouble }');

    expect(play(source, [[0, quiz()], opened, closed]).messages).toMatchObject([{ step: 'news', at: startAt + day }]);
    expect(play(source, [[0, quiz()], opened]).messages).toMatchObject([{ step: 'news', at: startAt + 7 * day }]);
  });

  test('says what it does', () => {
    const step = definitionOf(holds('{ id: still, for: P7D, until: ticket_closed, reason: trouble }')).steps['still']!;
    expect(stepKind(step).sentence(step)).toBe('Holds marketing to the person for 7 days, or until their ticket is closed (trouble).');
  });
});
