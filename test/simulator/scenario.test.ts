import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/domain/instant.js';
import { compareStory } from '../../src/simulator/expect.js';
import { parseScenarios, type Scenario } from '../../src/simulator/scenario.js';
import { simulate } from '../../src/simulator/simulate.js';
import { renderStory } from '../../src/simulator/tell-story.js';
import { cartJourney } from '../support/cart-journey.js';
import { shippedPolicies } from '../support/policies.js';

const shop = { timeZone: 'Europe/London', country: 'GB' };
const options = { file: 'short-cart.scenarios.yaml', shopTimeZone: shop.timeZone };

function parse(source: string): readonly Scenario[] {
  const parsed = parseScenarios(source, options);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenarios;
}

function problems(source: string) {
  const parsed = parseScenarios(source, options);
  return parsed.kind === 'ok'
    ? []
    : parsed.problems.map(({ line, column, message, suggestion }) => `${line}:${column} ${message} ${suggestion ?? ''}`);
}

const abandoned = `
- name: an abandoned cart
  persona: { like: subscriber, traits: { timezone: America/New_York } }
  start: 2026-12-01T23:30
  events:
    - { at: +0m, track: Product Added, properties: { cart_id: a, product_id: mug, name: Mug, price: 15, quantity: 2 } }
  expect:
    outcome: completed
    sent: [first-email, second-email]
    messages:
      - { step: first-email, state: sent, at: 2026-12-02T00:30, products: [Mug] }
      - { step: text, state: skipped, reason: no-consent, at: +5h }
      - { step: second-email, at: 2026-12-03T05:30:00Z }
    says: [Product Added, Sent the email first-email, the end of the journey]
`;

const play = ([scenario]: readonly Scenario[]) =>
  simulate({ definition: cartJourney(), script: scenario!.script, shop, policies: shippedPolicies() });

describe('a scenario', () => {
  test('speaks of times in the person’s zone, from the start, and in full', () => {
    const scenarios = parse(abandoned);
    const startAt = Date.UTC(2026, 11, 2, 4, 30);

    expect(scenarios[0]?.script).toMatchObject({ startAt, happenings: [{ at: startAt }] });
    expect(scenarios[0]?.expect.messages?.map(({ at }) => at! - startAt)).toEqual([hour, 5 * hour, 25 * hour]);
  });

  test('that comes to what it expects says nothing', () => {
    expect(compareStory(play(parse(abandoned)), parse(abandoned)[0]!.expect, { timeZone: shop.timeZone })).toEqual([]);
  });

  test('that comes to something else says where', () => {
    const other = parse(
      abandoned
        .replace('outcome: completed', 'outcome: converted')
        .replace('sent: [first-email, second-email]', 'sent: [first-email]')
        .replace('products: [Mug]', 'products: [Mug, Tin]')
        .replace('reason: no-consent', 'reason: unreachable')
        .replace('at: +5h', 'at: +4h')
        .replace('Sent the email', 'Sent the letter'),
    );

    expect(compareStory(play(other), other[0]!.expect, { timeZone: shop.timeZone })).toEqual([
      'Expected the outcome converted, but it is completed.',
      'Expected to be sent: first-email, but it was first-email, second-email.',
      'first-email: expected the products Mug, Tin, but it is Mug.',
      'text: expected the reason unreachable, but it is no-consent.',
      'text: expected the time Wed 2 Dec 08:30:00 (Europe/London), but it is Wed 2 Dec 09:30:00 (Europe/London).',
      'Expected the story to say “Sent the letter first-email” after “Product Added”, but it does not.',
    ]);
  });

  test('of which nothing comes is told apart from one that does not enter', () => {
    const nothing = parse('[{ name: n, persona: visitor, events: [{ at: +0m, page: Home }], expect: { outcome: not-entered } }]');

    expect(compareStory(play(nothing), nothing[0]!.expect, { timeZone: 'UTC' })).toEqual([
      'Expected the outcome not-entered, but it is none.',
    ]);
  });

  test('plays a shopper whose consent, messages and orders lie in the past', () => {
    const [scenario] = parse(`
- name: a past
  persona: { like: visitor, consents: [{ channel: sms, topic: news }], messages_before: [{ channel: email, at: -2d }], orders_before: [-36h30m] }
  events: [{ at: '+0m', consent: { channel: sms, state: denied } }]
  expect: {}`);
    const { persona, startAt, happenings } = scenario!.script;

    expect(persona.consents).toMatchObject([{ channel: 'sms', topic: 'news', state: 'granted', at: startAt - 30 * day }]);
    expect(persona.messagesBefore).toEqual([{ channel: 'email', topic: 'marketing', at: startAt - 2 * day }]);
    expect(persona.ordersBefore).toEqual([startAt - 36 * hour - 30 * minute]);
    expect(happenings[0]?.what).toMatchObject({ name: 'Consent Revoked', properties: { channel: 'sms', topic: 'marketing' } });
  });
});

describe('mistakes in a scenario are named at their place', () => {
  test.each([
    ['- { name: n, persona: nobody, events: [], expect: {} }', '1:14 "like" cannot be "nobody". Choices: subscriber'],
    ['- { name: n, persona: { like: visitor, consent: [] }, events: [], expect: {} }', '1:40 "consent" is not known here.'],
    ['- name: n\n  persona: visitor\n  events:\n    - { at: soon, page: Home }\n  expect: {}', '4:9 "soon" is no instant.'],
    ['- name: n\n  persona: visitor\n  events:\n    - { at: +0m }\n  expect: {}', '4:7 Item 1 of "events" needs exactly one of track'],
    [
      '- name: n\n  persona: visitor\n  events:\n    - { at: +0m, page: Home, happened: +1m }\n  expect: {}',
      '4:30 An event cannot arrive before it happens.',
    ],
    [
      '- name: n\n  persona: visitor\n  events: []\n  expect: { outcom: exited }',
      '4:13 "outcom" is not known here. Did you mean "outcome"?',
    ],
  ])('%j', (source, complaint) => {
    expect(problems(source).join('\n')).toContain(complaint);
  });
});

test('a story reads as lines with local times, and says how it ended', () => {
  const text = renderStory(play(parse(abandoned)), { timeZone: 'America/New_York' });

  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'an abandoned cart (times in America/New_York)',
      expect.stringMatching(/^Tue 1 Dec 23:30 +> +Product Added: the cart holds 2 × Mug: 30\.00\.$/),
      expect.stringMatching(/^Wed 2 Dec 00:30 +first-email +Sent the email first-email\.$/),
      expect.stringMatching(/^Wed 2 Dec 04:30 +text +Not sent: no consent to cart_reminder by text\.$/),
      'Completed. Sent 2 of 3 messages.',
    ]),
  );
});
