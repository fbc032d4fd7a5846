import { describe, expect, test } from 'vitest';
import { hour } from '../../src/domain/time/instant.js';
import { describeSteps } from '../../src/journey/graph.js';
import { definitionOf, playYaml, problemsOf, startAt, trialJourney } from '../house/trials.js';
import { playTogether } from '../support/play-together.js';

const changing = (what: string, more = ''): string => trialJourney({ steps: `\n  - update_profile: ${what}${more}` });
const sends = (id: string, when: string): string => `
  - split: { branches: [{ id: ${id}-way, when: ${when}, steps: [{ send: { id: ${id}, channel: email, template: t } }] }] }`;
const said = (source: string, ...quizzes: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  playYaml(source, ...quizzes).lines.map(({ text }) => text);

describe('a step that changes the profile', () => {
  test('is seen by the next step, in the same instant', () => {
    const source = changing('{ set: { plan: "{{ trigger.plan }}", level: 3 } }', sends('gold', '{ trait: { name: plan, is: gold } }'));
    const story = playYaml(source, { plan: 'gold' });

    expect(story.messages).toMatchObject([{ step: 'gold', state: 'sent', at: startAt }]);
    expect(story.lines.map(({ text }) => text)).toContain('Sets plan, level.');
  });

  test('stands over what was said in the same instant, and in later rounds over itself', () => {
    const source = changing(
      '{ set: { step: z } }',
      `\n  - update_profile: { set: { step: a } }${sends('last', '{ trait: { name: step, is: a } }')}`,
    );

    expect(playYaml(source, {}).messages).toMatchObject([{ step: 'last', state: 'sent' }]);
  });

  test('adds to lists and takes from them, each value once', () => {
    const source = changing(
      '{ set: { interests: [hair, skin] } }',
      `
  - update_profile: { add: { interests: [skin, "{{ trigger.likes }}", 7] } }
  - update_profile: { remove: { interests: hair } }
  - update_profile: { remove: { interests: hair } }${sends('both', '{ all: [{ trait: { name: interests, contains: nails } }, { not: { trait: { name: interests, contains: hair } } }] }')}`,
    );
    const story = playYaml(source, { likes: 'nails' });

    expect(story.messages).toMatchObject([{ step: 'both', state: 'sent' }]);
    expect(story.lines.filter(({ text }) => text === 'Changes nothing of the profile.')).toHaveLength(1);
    expect(said(source, {})).toContain('Changes nothing of the profile: leaves out interests: not known.');
  });

  test('makes a list of what was one value', () => {
    const source = changing(
      '{ set: { interests: hair } }',
      `\n  - update_profile: { add: { interests: skin } }${sends('two', '{ trait: { name: interests, contains: hair } }')}`,
    );
    expect(playYaml(source, {}).messages).toMatchObject([{ step: 'two' }]);
  });

  test('takes traits away', () => {
    const source = changing('{ unset: [firstName, other] }', sends('gone', '{ not: { trait: { name: firstName, exists: true } } }'));
    const story = playYaml(source, {});
    expect(story.lines.map(({ text }) => text)).toContain('Takes away firstName.');
    expect(story.messages).toMatchObject([{ step: 'gone' }]);
  });

  test('does not grow a list for ever', () => {
    const long = (letter: string) => letter.repeat(999);
    const source = changing(
      `{ set: { all: [${['a', 'b', 'c', 'd'].map(long).join(', ')}] } }`,
      `\n  - update_profile: { add: { all: ${long('e')} } }`,
    );
    expect(said(source, {})).toContain('Changes nothing of the profile: leaves all as it is: the list is full.');
  });

  test('is heard by other journeys and segments as any change is', () => {
    const other = trialJourney({
      trigger: '{ event: { name: profile.updated } }',
      steps: '\n  - wait: { for: PT1H }\n  - send: { id: noted, channel: email, template: t }',
    }).replace('journey: trial', 'journey: other');

    expect(playTogether([changing('{ set: { plan: gold } }'), other], {}).messages).toMatchObject([{ step: 'noted', at: startAt + hour }]);
  });

  test('says what it does', () => {
    expect(describeSteps(definitionOf(changing('{ set: { a: 1, b: 2 }, unset: [c], add: { d: 1 }, remove: { e: 1 } }')))[0]?.sentence).toBe(
      'Sets a, b; takes away c; adds to d; takes from e.',
    );
  });

  test.each([
    ['{}', 'changes nothing'],
    ['{ set: { email: "a@b.example" } }', 'does not change "email"'],
    ['{ unset: [phone] }', 'does not change "phone"'],
    ['{ set: { profiling_allowed: true } }', 'an objection is the person’s own'],
    ['{ set: { consents: [] } }', 'set_consent'],
    ['{ set: { a: 1 }, add: { a: 2 } }', 'names the trait "a" a second time'],
    ['{ set: { a: "{{ heard.x }}" } }', '"heard.x" is nothing that a step knows'],
  ])('%s is refused', (what, says) => {
    expect(problemsOf(changing(what)).join('\n')).toContain(says);
  });
});
