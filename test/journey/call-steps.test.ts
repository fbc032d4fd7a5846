import { describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/domain/time/instant.js';
import type { EngineContext } from '../../src/journey/context.js';
import { newEntryState } from '../../src/journey/engine.js';
import { parseJourney } from '../../src/journey/parse.js';
import { stepKind } from '../../src/journey/steps/kind-of.js';
import { castPersona } from '../../src/simulator/persona.js';
import type { HappeningKind } from '../../src/simulator/script.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { definitionOf, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { shippedPolicies } from '../support/policies.js';

const asks = trialJourney({
  steps: `
  - webhook:
      id: desk
      to: helpdesk
      data: { plan: "{{ trigger.plan }}", what: complaint }
      timeout: PT1H
      remember: [urgent]
      on_failure: { steps: [{ send: { id: sorry, channel: email, template: thanks } }, { exit: { reason: no-answer } }] }
  - split: { branches: [{ when: { heard: { step: desk, property: urgent, is: true } }, steps: [{ exit: { reason: urgent } }] }] }
  - send: { id: news, channel: email, template: thanks }`,
});

function play(source: string, ...happenings: readonly (readonly [number, HappeningKind])[]): Story {
  const quiz = { kind: 'event', type: 'track', name: 'Quiz Finished', properties: { plan: 'gold' }, who: null, messageId: null } as const;
  return simulate({
    definition: definitionOf(source),
    script: {
      name: 'a call',
      startAt,
      persona: castPersona('subscriber', startAt),
      happenings: [
        { at: startAt, what: { ...quiz, happenedAt: startAt } },
        ...happenings.map(([after, what]) => ({ at: startAt + after, what })),
      ],
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
}

const answered = (properties: Readonly<Record<string, unknown>> | null): HappeningKind => ({ kind: 'answered', step: 'desk', properties });
const told = ({ lines }: Story): string => lines.map(({ text }) => text).join('\n');

describe('a step that calls a program', () => {
  test('waits for the answer, and conditions read it', () => {
    const calm = play(asks, [minute, answered({ urgent: false })]);
    expect(calm.messages).toMatchObject([{ step: 'news', at: startAt + minute }]);
    expect(told(calm)).toContain('helpdesk answered');

    const urgent = play(asks, [minute, answered({ urgent: true })]);
    expect(urgent.messages).toEqual([]);
    expect(urgent.entries).toMatchObject([{ reason: 'urgent' }]);
  });

  test('goes on by itself where no answer comes in time, or the receiver refuses', () => {
    expect(play(asks).messages).toMatchObject([{ step: 'sorry', at: startAt + hour }]);
    expect(play(asks, [minute, answered(null)]).messages).toMatchObject([{ step: 'sorry', at: startAt + minute }]);
    const late = play(asks, [2 * hour, answered({ urgent: true })]);
    expect(late.entries).toMatchObject([{ reason: 'no-answer' }]);
  });

  test('goes on at once where it waits for nothing', () => {
    const source = trialJourney({ steps: '\n  - webhook: { to: helpdesk }\n  - send: { id: news, channel: email, template: thanks }' });
    expect(play(source).messages).toMatchObject([{ step: 'news', at: startAt }]);
  });

  test('tells what its file says, with what is known, once', () => {
    const definition = definitionOf(asks);
    const step = definition.steps['desk']!;
    const state = { ...newEntryState({ at: startAt, trigger: { plan: 'gold' } }), step: step.id, visit: 1 };
    const facts = { profile: { traits: {} }, known: {} };
    const context = { definition, about: [{ kind: 'order', id: 'o1' }], at: startAt, timeZone: 'UTC', facts } as unknown as EngineContext;

    expect(stepKind(step).move(step, state, context)).toMatchObject({
      kind: 'stay',
      asks: [{ kind: 'call', what: 'webhook', to: 'helpdesk', orderId: 'o1', data: { plan: 'gold', what: 'complaint' }, isAwaited: true }],
    });
    const later = stepKind(step).move(step, state, { ...context, at: startAt + minute });
    expect(later.kind === 'stay' && later.asks).toBe(undefined);
  });

  test.each([
    ['webhook: { to: helpdesk, remember: [a] }', 'Without a timeout it waits for no answer.'],
    ['webhook: { to: Help Desk }', 'to'],
    ['webhook: { to: helpdesk, data: { a: "{{ nothing }}" } }', '"nothing" is nothing that a step knows'],
    ['webhook: { to: helpdesk, data: { a: "{{ heard.none.x }}" } }', 'There is no step "none".'],
    ['notify: { to: support }', 'subject'],
    ['notify: { to: support, subject: 5 }', 'must be text'],
  ])('says what is wrong: %s', (step, problem) => {
    expect(problemsOf(trialJourney({ steps: `\n  - ${step}` })).join()).toContain(problem);
  });

  test('names receivers of shop.yaml', () => {
    const problems = (steps: string) =>
      parseJourney(trialJourney({ steps }), {
        receivers: { support: { kind: 'email', address: 'a@b.example' }, helpdesk: { kind: 'webhook', url: 'https://d.example' } },
      }).problems.map(({ message }) => message);

    expect(problems('\n  - webhook: { to: helpdesc }')).toEqual(['There is no receiver "helpdesc".']);
    expect(problems('\n  - webhook: { to: support }')).toEqual(['The receiver "support" is a mailbox.']);
    expect(problems('\n  - hand_off: { to: nobody, reason: a, title: b }')).toEqual(['There is no receiver "nobody".']);
    expect(problems('\n  - notify: { to: support, subject: Hello }\n  - webhook: { to: helpdesk }')).toEqual([]);
  });
});

describe('a step that tells the team', () => {
  test('asks for it and goes on at once', () => {
    const source = trialJourney({
      steps:
        '\n  - notify: { id: tell, to: support, subject: "Plan {{ trigger.plan }}", text: Look }\n  - send: { id: news, channel: email, template: thanks }',
    });
    expect(play(source).messages).toMatchObject([{ step: 'news', at: startAt }]);
    expect(told(play(source))).toContain('Tells support of the team.');
  });

  test('says what it does not know', () => {
    const source = trialJourney({ steps: '\n  - notify: { to: support, subject: "{{ trigger.nothing }}" }' });
    expect(told(play(source))).toContain('Tells support of the team, without subject: not all of it is known.');
  });
});
