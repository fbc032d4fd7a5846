import { describe, expect, test } from 'vitest';
import { hour } from '../../src/domain/time/instant.js';
import { describeSteps } from '../../src/journey/graph.js';
import { definitionOf, problemsOf, trialJourney } from '../house/trials.js';
import { playTogether, type Track } from '../support/play-together.js';

const text = 'Yes, text me about my cart';
const asks = (step: string, more = ''): string =>
  trialJourney({
    steps: `
  - wait_until:
      id: question
      branches: [{ on: "event:Said Yes" }]
      timeout: P2D
  - set_consent: ${step}${more}
  - split: { branches: [{ id: may, when: { consent: { channel: sms, topic: cart_reminder } }, steps: [{ exit: { reason: may } }] }] }`,
  });
const yes = `{ channel: sms, topic: cart_reminder, to: granted, because: heard.question, text: "${text}" }`;
const no = '{ channel: sms, topic: cart_reminder, to: withdrawn }';
const saidYes: Track = { name: 'Said Yes', afterMs: hour };
const saidNo: Track = { name: 'Consent Revoked', afterMs: 0, properties: { channel: 'sms', topic: 'cart_reminder' } };

function play(source: string, ...tracks: readonly Track[]) {
  const story = playTogether([source], {}, tracks);
  return { outcome: story.entries[0]?.reason, said: story.lines.map((line) => line.text) };
}

describe('a step that records consent', () => {
  test('records a yes that the person said', () => {
    const { outcome, said } = play(asks(yes), saidYes);
    expect(said).toContain('Records a yes to cart_reminder by text.');
    expect(outcome).toBe('may');
  });

  test('records none without what shows it', () => {
    const { outcome, said } = play(asks(yes));
    expect(said).toContain('Records no yes to cart_reminder by text: the person did nothing that shows it.');
    expect(outcome).toBe('completed');
  });

  test('does not lift what the person refused, whichever came first', () => {
    const later = asks(yes).replace('  - set_consent', '  - wait: { for: PT1H }\n  - set_consent');
    for (const tracks of [
      [saidNo, saidYes],
      [saidYes, { ...saidNo, afterMs: 1.5 * hour }],
    ]) {
      const { outcome, said } = play(later, ...tracks);
      expect(said.join('\n')).toContain('the person has said no, and only they can take that back');
      expect(outcome).toBe('completed');
    }
  });

  test('does not lift a refusal of all marketing', () => {
    const all: Track = { name: 'Consent Revoked', afterMs: 0, properties: { channel: 'sms' } };
    expect(play(asks(yes), all, saidYes).outcome).toBe('completed');
  });

  test('takes no event of another journey for the person’s', () => {
    const teller = trialJourney({ steps: '\n  - emit: { event: Said Yes }' }).replace('journey: trial', 'journey: teller');
    const story = playTogether([asks(yes), teller], {});
    expect(story.lines.map((line) => line.text)).toContain(
      'Records no yes to cart_reminder by text: the person did nothing that shows it.',
    );
  });

  test('takes no entry that another journey began for the person’s act', () => {
    const began = trialJourney({
      trigger: '{ event: { name: "event:Said Yes" } }',
      steps: `\n  - set_consent: { channel: sms, topic: cart_reminder, to: granted, because: trigger, text: "${text}" }`,
    }).replace('journey: trial', 'journey: began');
    const teller = trialJourney({ steps: '\n  - emit: { event: Said Yes }' });

    const byJourney = playTogether([teller, began], {}).lines.map((line) => line.text);
    expect(byJourney.join('\n')).toContain('Records no yes');
    const byPerson = playTogether([began], {}, [saidYes]).lines.map((line) => line.text);
    expect(byPerson).toContain('Records a yes to cart_reminder by text.');
  });

  test('records a no at any time, once', () => {
    const { said, outcome } = play(asks(no, `\n  - set_consent: ${no}`), saidYes);
    expect(said).toEqual(
      expect.arrayContaining(['Records a no to cart_reminder by text.', 'A no to cart_reminder by text stands already.']),
    );
    expect(outcome).toBe('completed');
  });

  test('says what it does', () => {
    expect(describeSteps(definitionOf(asks(yes)))[1]?.sentence).toBe('Records a yes to cart_reminder by text.');
  });

  test.each([
    ['{ channel: sms, to: granted, text: Yes }', '"because" is missing: a yes needs its evidence'],
    ['{ channel: sms, to: granted, because: heard.question }', '"text" is missing: a yes needs its evidence'],
    ['{ channel: sms, to: granted, because: heard.other, text: Yes }', 'There is no step "other"'],
    ['{ channel: sms, to: granted, because: guess, text: Yes }', 'must be trigger, or heard.'],
    ['{ channel: sms, topic: Cart, to: withdrawn }', 'must be a topic'],
  ])('%s is refused', (step, says) => {
    expect(problemsOf(asks(step)).join('\n')).toContain(says);
  });

  test.each([
    ['order.paid', 'A paid order is no yes of the person.'],
    ['message.clicked', 'A click is no yes of the person.'],
  ])('%s shows no yes', (fact, says) => {
    expect(problemsOf(asks(yes).replace('"event:Said Yes"', fact)).join('\n')).toContain(says);
  });

  test('idle time shows no yes', () => {
    const source = trialJourney({
      trigger: '{ inactivity: { after: [cart.updated], for: PT1H } }',
      steps: `\n  - set_consent: { channel: sms, to: granted, because: trigger, text: Yes }`,
    });
    expect(problemsOf(source).join('\n')).toContain('no yes of the person');
  });
});
