import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/domain/time/instant.js';
import type { JourneyDefinition } from '../../src/journey/definition.js';
import { parseJourney } from '../../src/journey/parse.js';
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

describe('a scenario of several people', () => {
  const letter = { id: 'letter', channel: 'email', class: 'broadcast', topic: 'newsletter', atMostOnce: false, requires: [] } as const;
  const receipt = { ...letter, id: 'receipt', class: 'transactional', requires: ['data.order'] } as const;
  const templates = {
    head: (id: string) => [letter, receipt].find((template) => template.id === id) ?? null,
    ids: () => ['letter', 'receipt'],
  };
  const read = (source: string) => parseScenarios(source, { ...options, templates });
  const complaints = (source: string): string => {
    const parsed = read(source);
    return parsed.kind === 'ok' ? '' : parsed.problems.map(({ message, suggestion }) => `${message} ${suggestion ?? ''}`).join('\n');
  };

  test('gives each an address of their own, and a group what it does one after the other', () => {
    const parsed = read(`
- name: many
  people: { ann: subscriber, shoppers: { like: mobile-subscriber, times: 3 } }
  events:
    - { at: +0m, who: shoppers, apart: PT2H, track: Product Added, properties: { cart_id: c, product_id: mug, name: Mug, price: 30, quantity: 1 } }
    - { at: +1h, broadcast: { template: letter, name: 'The Letter!', to: [ann, shoppers], over: PT1H } }
  expect: { of: [{ person: shoppers-2, sent: [] }] }`);
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    const { script } = parsed.scenarios[0]!;
    const people = [script.persona, ...Object.values(script.people ?? {})];

    expect(script.personaName).toBe('ann');
    expect(new Set(people.map(({ traits }) => traits['email'])).size).toBe(4);
    expect(script.happenings.map(({ at }) => at - script.startAt)).toEqual([0, 2 * hour, 4 * hour, hour]);
    expect(script.happenings.slice(0, 3).map(({ what }) => what.kind === 'event' && what.properties['cart_id'])).toEqual([
      'c-shoppers-1',
      'c-shoppers-2',
      'c-shoppers-3',
    ]);
    expect(script.happenings[3]?.what).toMatchObject({
      id: 'the-letter',
      to: ['ann', 'shoppers-1', 'shoppers-2', 'shoppers-3'],
      overMs: hour,
    });
  });

  test('tells who took whose slot, and what each waits for', () => {
    const parsed = read(`
- name: slots
  until: +90m
  people: { ann: { like: subscriber, tier: cool, messages_before: [{ channel: email, at: -6d22h }] }, bob: subscriber }
  events:
    - { at: +0m, broadcast: { template: letter, to: [ann], deadline: P9D } }
    - { at: +0m, track: Product Added, properties: { cart_id: a, product_id: mug, name: Mug, price: 30, quantity: 1 } }
  expect: {}`);
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    const { script } = parsed.scenarios[0]!;
    const story = simulate({ definition: cartJourney(), script, shop, policies: shippedPolicies(), templates: templates.head });

    expect(story.slots).toEqual([
      {
        at: script.startAt + hour,
        person: 'ann',
        winner: { journey: 'short-cart', step: 'first-email' },
        loser: { journey: 'broadcast.letter', step: 'message' },
      },
    ]);
    expect(story.entries.map(({ journey, waitsFor }) => [journey, waitsFor])).toEqual([
      ['broadcast.letter', { until: script.startAt + 7 * day + 2 * hour, what: 'message · email · frequency-cap' }],
      ['short-cart', { until: script.startAt + 2 * hour, what: 'first-email · email · frequency-cap' }],
    ]);
    expect(renderStory(story, { timeZone: 'UTC' })).toMatch(
      /How it stands:[^]*bob: Nobody wrote[^]*short-cart\/first-email took that of broadcast\.letter\/message/,
    );
    expect(story.told.filter(({ kind }) => kind === 'displaced')).toMatchObject([{ sender: 'broadcast.letter', by: ['short-cart'] }]);
    // What had the room: the email of the week before; then the cart's.
    expect(story.told.filter(({ kind }) => kind === 'deferred')).toMatchObject([
      { sender: 'broadcast.letter', by: ['before'] },
      { sender: 'short-cart', by: ['before'] },
      { sender: 'broadcast.letter', by: ['before', 'short-cart'] },
    ]);
  });

  test.each([
    ['broadcast: { template: leter }', 'There is no template "leter" in the project. Did you mean "letter"?'],
    ['broadcast: { template: receipt }', 'a broadcast takes templates of class broadcast or marketing'],
    ['broadcast: { template: letter, over: soon }', '"soon" is no duration. Write PT30M, PT4H or P2D.'],
    ['broadcast: { template: letter, to: [bib] }', 'Nobody in this scenario is called "bib". Did you mean "bob"?'],
    ['broadcast: { template: letter, deadline: PT1M, over: PT2M }', 'The deadline comes before the last recipient falls due'],
    ['message: { template: letter }', 'The template letter is broadcast: what promotes is sent by a journey'],
    ['message: { template: receipt }', 'The template receipt needs data.order'],
    ['who: nobody, exit: gone', 'Nobody in this scenario is called "nobody". There are: ann, bob.'],
    ['who: ann, apart: PT1H, page: Home', 'Only what several people do can lie apart.'],
  ])('complains of %s', (event, complaint) => {
    expect(complaints(`- { name: n, people: { ann: subscriber, bob: visitor }, events: [{ at: +0m, ${event} }], expect: {} }`)).toContain(
      complaint,
    );
  });

  test('is about somebody, and expects something of somebody who is there', () => {
    expect(complaints('- { name: n, events: [], expect: {} }')).toContain('A scenario is about somebody.');
    expect(complaints('- { name: n, persona: visitor, people: { persona: visitor }, events: [], expect: {} }')).toContain('is taken');
    expect(complaints('- { name: n, persona: visitor, events: [], expect: { of: [{ person: ann }] } }')).toContain('called "ann"');
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

describe('a story that somebody may wonder about says why', () => {
  const welcome = (trigger: string, key = 'profile'): JourneyDefinition => {
    const parsed = parseJourney(
      `journey: welcome\nname: Welcome\nclass: marketing\ntopic: news\ntrigger: { event: ${trigger} }\nentry: { key: ${key}, reentry: always }\nsteps:\n  - wait: { for: 90 days }\n  - exit: {}\n`,
      {},
    );
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    return parsed.definition;
  };
  const told = (definition: JourneyDefinition, events: string, more = ''): readonly string[] => {
    const [scenario] = parse(`- { name: n, persona: subscriber, ${more}events: [${events}], expect: {} }`);
    const story = simulate({ definition, script: scenario!.script, shop, policies: shippedPolicies() });
    return renderStory(story, { timeZone: 'UTC' }).split('\n');
  };
  const signedUp = '{ name: "event:Signed Up", where: { event_property: { path: plan, is: gold } } }';

  test('nothing that came begins a journey, and which name may be a slip', () => {
    expect(told(welcome('{ name: "event:Signed Up" }'), '{ at: +0m, track: Signed Upp }')).toContain(
      'Nobody entered “Welcome”: it begins on the event Signed Up. “Signed Upp” may have been meant for “Signed Up”.',
    );
    expect(told(welcome('{ name: order.paid }'), '{ at: +0m, page: Home }').at(-1)).toBe(
      'Nobody entered “Welcome”: it begins on a paid order.',
    );
  });

  test('the event of the trigger does not meet its condition, or names nothing to tell entries apart by', () => {
    expect(told(welcome(signedUp), '{ at: +0m, track: Signed Up, properties: { plan: tin } }').join('\n')).toMatch(
      /Does not enter “Welcome”: it begins on the event Signed Up, where .*plan.*gold/,
    );
    expect(
      told(welcome('{ name: order.paid }', 'cart'), '{ at: +0m, track: Order Completed, properties: { order_id: o1, total: 5 } }').join(
        '\n',
      ),
    ).toContain('Does not enter “Welcome”: the event names no cart, which distinguishes its entries.');
  });

  test('the simulator stopped looking, and how to have it look further', () => {
    const journey = welcome('{ name: "event:Signed Up" }');
    const cut = told(journey, '{ at: +0m, track: Signed Up }, { at: +80d, page: Home }');
    expect(cut.at(-1)).toBe(
      'The simulator stopped looking on Sat 30 Jan 10:00, 60 days after the start, and more would come. One event lies after that and was not played. “until” in the scenario says how far it looks.',
    );
    expect(cut.join('\n')).toContain('Still under way: waits until Mon 1 Mar 10:00');
    expect(told(journey, '{ at: +0m, track: Signed Up }', 'until: +91d, ').join('\n')).not.toContain('stopped looking');
  });
});
