import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour } from '../../src/domain/time/instant.js';
import { parseJourney, type TemplateCatalog } from '../../src/journey/parse.js';
import { stepKindNames } from '../../src/journey/steps/kind-of.js';

const head = `journey: test
name: Test
class: marketing
topic: cart_reminder
trigger: { event: { name: order.paid } }
entry: { reentry: once }
steps:
`;
const steps = '  - send: { id: hello, channel: email, template: hello }\n';
/** A journey without fault, of eight lines; `rest` begins on the ninth. */
const journey = (rest = ''): string => head + steps + rest;
/** With these steps; they begin on the eighth line. */
const ofSteps = (text: string): string => head + text;

const known = {
  hello: { channel: 'email', class: 'marketing' },
  receipt: { channel: 'email', class: 'transactional' },
  'cart-link': { channel: 'sms', class: 'marketing' },
} as const;
const isKnown = (id: string): id is keyof typeof known => Object.hasOwn(known, id);
const templates: TemplateCatalog = {
  has: isKnown,
  channelOf: (id) => (isKnown(id) ? known[id].channel : null),
  classOf: (id) => (isKnown(id) ? known[id].class : null),
  ids: () => Object.keys(known),
};

const parse = (source: string) => parseJourney(source, { templates });
/** `line:column message » suggestion`, as one line for each problem. */
const told = (source: string): readonly string[] => toldBy(templates, source);
const toldBy = (catalog: TemplateCatalog, source: string): readonly string[] =>
  parseJourney(source, { templates: catalog }).problems.map(
    ({ line, column, message, suggestion }) => `${line}:${column} ${message}${suggestion === null ? '' : ` » ${suggestion}`}`,
  );
const definitionOf = (source: string) => {
  const parsed = parse(source);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
};

test('takes the shipped journey, and says nothing about it', () => {
  expect(parseJourney(readFileSync('journeys/abandoned-cart.journey.yaml', 'utf8'), {})).toMatchObject({ kind: 'ok', problems: [] });
});

test('what is left out has its default', () => {
  expect(definitionOf(journey())).toMatchObject({
    priority: 50,
    entry: { key: { kind: 'profile' }, filters: [], concurrency: 'reject' },
    exits: [],
    goals: [],
    maxDurationMs: null,
    catchUp: { kind: 'send_if_within', ms: 4 * hour },
    start: 'hello',
    steps: { hello: { kind: 'send', deadlineMs: day, notAfterStartMs: null, onCapped: 'defer', next: null } },
  });
});

describe('what a step says of caps', () => {
  const only = (send: string) => definitionOf(ofSteps(`  - send: { id: hello, channel: email, template: hello${send} }\n`)).steps['hello'];

  test.each([
    [', on_capped: skip', { onCapped: 'skip' }],
    [', on_capped: exit', { onCapped: 'exit' }],
    [', on_capped: { defer: { within: PT6H } }', { onCapped: 'defer', deferWithinMs: 6 * hour }],
    [', obeys_cap: false, counts_toward_cap: true', { obeysCap: false, countsTowardCap: true }],
    [', user_initiated: true', { isUserInitiated: true }],
    [', expected_margin: 0.4', { expectedMargin: 0.4 }],
  ])('%s', (written, expected) => {
    expect(only(written)).toMatchObject(expected);
  });

  test('left out, the class and the deadline decide', () => {
    expect(only('')).not.toHaveProperty('obeysCap');
    expect(only('')).not.toHaveProperty('countsTowardCap');
    expect(only('')).not.toHaveProperty('deferWithinMs');
  });

  test('the other channel is a step of its own, with an id that none has', () => {
    const { steps: graph } = definitionOf(
      ofSteps(`  - send: { id: hello, channel: email, template: hello, deadline: PT6H, on_capped: { fallback_channel: { template: cart-link } } }
  - wait: { id: hello-sms, for: PT1H }
`),
    );

    expect(graph['hello']).toMatchObject({ onCapped: 'fallback_channel', fallback: 'hello-sms-2', next: 'hello-sms' });
    expect(graph['hello-sms-2']).toMatchObject({
      channel: 'sms',
      template: 'cart-link',
      onCapped: 'skip',
      deadlineMs: 6 * hour,
      next: 'hello-sms',
    });
  });

  test('the template of the other channel is looked up like any other', () => {
    const [problem] = told(
      ofSteps('  - send: { id: hello, channel: email, template: hello, on_capped: { fallback_channel: { template: receipt } } }\n'),
    );
    expect(problem).toContain('The template "receipt" is for email, but this step sends sms.');
  });

  test('a time that the deadline cuts off, and a word about caps in a transactional journey, are told', () => {
    expect(
      told(
        ofSteps('  - send: { id: hello, channel: email, template: hello, deadline: PT4H, on_capped: { defer: { within: PT6H } } }\n'),
      )[0],
    ).toContain('The deadline of "hello" comes before the time that a cap may hold it back.');
    const transactional = ofSteps('  - send: { id: hello, channel: email, template: receipt, obeys_cap: true }\n').replace(
      'class: marketing',
      'class: transactional',
    );
    expect(told(transactional)[0]).toContain('A transactional message is outside of all caps');
  });
});

test('steps without an id are named by kind and number, in the order of the file; branches join what follows', () => {
  const { steps: graph, start } = definitionOf(
    ofSteps(`  - split:
      branches:
        - when: { identified: true }
          steps: [ { wait: { for: PT1H } }, { send: { channel: email, template: hello } } ]
      else: { steps: [ { wait: { for: PT2H } } ] }
  - send: { channel: email, template: hello }
`),
  );

  expect(start).toBe('split-1');
  expect(graph).toMatchObject({
    'split-1': { branches: [{ id: 'branch-1', next: 'wait-1' }], next: 'wait-2' },
    'wait-1': { next: 'send-1' },
    'send-1': { next: 'send-2' },
    'wait-2': { next: 'send-2' },
    'send-2': { next: null },
  });
});

test('a day stays a day in a wait, and is 24 hours in a limit', () => {
  const { steps: graph, maxDurationMs } = definitionOf(ofSteps('  - wait: { id: w, for: P1D }\n') + 'max_duration: P1D\n');

  expect(graph['w']).toMatchObject({ length: { kind: 'calendar', days: 1, at: null } });
  expect(maxDurationMs).toBe(day);
});

describe('a key', () => {
  test.each([
    ['at the top', journey('piority: 80\n'), '9:1 "piority" is not known here. » Did you mean "priority"?'],
    [
      'with two letters swapped',
      journey('exits:\n  - { on: order.paid, wehre: {} }\n'),
      '10:23 "wehre" is not known here. » Did you mean "where"?',
    ],
    ['in a step', journey('  - wait: { fro: PT1H, for: PT1H }\n'), '9:13 "fro" is not known here. » Did you mean "for"?'],
    ['that is a kind of step', journey('  - sned: { channel: email }\n'), '9:5 "sned" is not known here. » Did you mean "send"?'],
    [
      'deep inside conditions',
      journey('exits:\n  - when: { all: [ { identified: true }, { cart: { valu: { is: 1 } } } ] }\n'),
      '10:52 "valu" is not known here. » Did you mean "value"?',
    ],
    [
      'like none',
      journey('exits:\n  - when: { cart: { value: { greater_than: 20 } } }\n'),
      '10:30 "greater_than" is not known here. » Known here: is, is_not, in, not_in, at_least, at_most, more_than, less_than, contains, exists, currency.',
    ],
  ])('that is misspelt, %s, is the one thing told', (_where, source, complaint) => {
    expect(told(source)).toEqual([complaint]);
  });

  test('in place of a mandatory one is told once', () => {
    const source = journey('  - split:\n      branches:\n        - wen: { identified: true }\n');

    expect(told(source)).toEqual(['11:11 "wen" is not known here. » Did you mean "when"?']);
  });

  test.each([
    ['of the journey', journey().replace('journey: test', 'id: welcome'), '1:1 "id" is not known here. » Write "journey: welcome".'],
    [
      'of a trigger',
      journey().replace('{ name: order.paid }', '{ on: order.paid }'),
      '5:21 "on" is not known here. » Write "name: order.paid".',
    ],
    [
      'of a condition',
      journey('exits:\n  - when: { event_property: { name: taste, is: hot } }\n'),
      '10:31 "name" is not known here. » Write "path: taste".',
    ],
    ['of a group', journey().replace('entry:', 'enrolment:'), '6:1 "enrolment" is not known here. » Did you mean "entry"?'],
  ])('by another name in the place of the one that is missing, %s, is told with the right one', (_where, source, complaint) => {
    expect(told(source)).toEqual([complaint]);
  });

  test('that fits no missing one, or beside another that would, is told as it is', () => {
    expect(told(journey().replace('class: marketing', 'kind: 5'))).toHaveLength(2);
    expect(told(journey().replace('journey: test', 'id: welcome\ncode: welcome'))).toHaveLength(3);
  });

  test('written twice', () => {
    expect(told(journey('name: Again\n'))).toEqual(['9:1 The key "name" is written twice. » Keep one of them.']);
  });

  test.each([
    [
      'a time-out',
      journey('  - wait_until:\n      branches: [ { on: order.paid } ]\n'),
      '9:5 "timeout" is missing. » Write "timeout: PT1H" or "timeout: P1D", for instance.',
    ],
    [
      'a choice',
      journey().replace('class: marketing\n', ''),
      '1:1 "class" is missing. » Choices: transactional, service, marketing, broadcast.',
    ],
    [
      'forms',
      journey().replace('reentry: once', ''),
      '6:1 "reentry" is missing. » Choices: always, once, once_per_key, { interval, per: … }.',
    ],
    ['keys', journey().replace(/entry: .*\n/, ''), '1:1 "entry" is missing. » It takes: key, filters, reentry, concurrency.'],
  ])('that is missing, %s', (_what, source, complaint) => {
    expect(told(source)).toEqual([complaint]);
  });
});

describe('a value', () => {
  const condition = (text: string): string => journey(`exits:\n  - when: ${text}\n`);

  test.each([
    [
      'near a choice',
      ofSteps('  - send: { channel: emial, template: hello }\n'),
      '8:13 "channel" cannot be "emial". » Did you mean "email"? Choices: email, sms.',
    ],
    ['no choice', ofSteps('  - send: { channel: push, template: hello }\n'), '8:13 "channel" cannot be "push". » Choices: email, sms.'],
    ['no form', journey('catch_up: later\n'), '9:1 "catch_up" cannot be "later". » Choices: skip_step, exit, { send_if_within: … }.'],
    ['wrong inside a form', journey('catch_up: { send_if_within: P4H }\n'), '9:13 "send_if_within" is no duration. » Did you mean "PT4H"?'],
    ['text for a number', journey('priority: high\n'), '9:1 "priority" must be a number, but is "high".'],
    ['too much', journey('priority: 101\n'), '9:1 "priority" must be at most 100.'],
    [
      'a number for text',
      ofSteps('  - send: { id: 1, channel: email, template: hello }\n'),
      '8:13 "id" must be text, but is 1. » Put it in quotes: "1".',
    ],
    [
      'a capital in an id',
      ofSteps('  - send: { id: Hello, channel: email, template: hello }\n'),
      '8:13 "id" must be a name of lower-case letters, digits and hyphens, such as cart-reminder-1.',
    ],
    ['nothing', journey('  - exit:\n'), '9:5 "exit" is empty. » Write "exit: {}".'],
    ['an empty step', journey('  -\n'), `9:4 Item 2 of "steps" is empty. » Known here: ${stepKindNames.join(', ')}.`],
    [
      'no list',
      head.replace('steps:\n', 'steps: { exit: {} }\n'),
      '7:1 "steps" must be a list, but is a group of keys. » Write each item on a line of its own that begins with "- ".',
    ],
    ['an empty list', head.replace('steps:\n', 'steps: []\n'), '7:1 "steps" needs at least one item.'],
    [
      'a number where a comparison belongs',
      condition('{ cart: { value: 20 } }'),
      '10:21 "value" must have keys of its own, but is 20. » Known here: is, is_not, in, not_in, at_least, at_most, more_than, less_than, contains, exists, currency.',
    ],
    [
      'two comparisons',
      condition('{ trait: { name: age, at_least: 1, at_most: 9 } }'),
      '10:13 "trait" has at_least and at_most, but takes only one comparison. » For both, put two conditions under "all".',
    ],
    [
      'two conditions',
      condition('{ identified: true, trait: { name: a, is: 1 } }'),
      '10:5 "when" has identified and trait, but takes only one kind of condition. » For both, put two conditions under "all".',
    ],
    [
      'a topic that is none',
      condition('{ consent: { channel: email, topic: Cart Reminder } }'),
      '10:40 "topic" must be a topic such as cart_reminder.',
    ],
  ])('that is %s', (_what, source, complaint) => {
    expect(told(source)).toEqual([complaint]);
  });

  test('two kinds in one step', () => {
    expect(told(journey('  - send: { channel: email, template: hello }\n    wait: { for: PT1H }\n'))).toEqual([
      '9:5 Item 2 of "steps" has send and wait, but takes only one kind of step. » Make them steps of their own, each after "- ".',
    ]);
  });

  test('a condition beside an exit’s condition would be overlooked', () => {
    expect(told(journey('exits:\n  - when: { identified: false }\n    where: { identified: true }\n'))).toEqual([
      '11:5 "where" goes with an event (on) only. » Delete it, and say all of it in "when".',
    ]);
  });
});

describe('a duration', () => {
  test.each([
    ['PT24', 'is no duration. » Did you mean "PT24H"?'],
    ['3m', 'is no duration. » Did you mean "PT3M"?'],
    ['pt4h', 'is no duration. » Did you mean "PT4H"?'],
    ['P24H', 'is no duration. » Did you mean "PT24H"?'],
    ['PT3D', 'is no duration. » Did you mean "P3D"?'],
    ['soon', 'is no duration. » Write PT30M, PT24H, P1D or P2W: days and weeks after P, hours, minutes and seconds after PT.'],
    ['24', 'must be text, but is 24. » Write "for: PT1H" or "for: P1D", for instance.'],
    ['P1M', 'has months or years, which have no fixed length. » Did you mean "PT1M" (minutes), or "P30D" (days)?'],
    ['P2Y', 'has months or years, which have no fixed length. » Write days: "P730D".'],
    ['P1DT2H', 'mixes whole days with hours. » Write "PT26H" for elapsed time, or whole days such as "P1D".'],
    ['P99999D', 'is longer than ten years.'],
  ])('written %s', (written, says) => {
    expect(told(journey(`  - wait: { for: ${written} }\n`))).toEqual([`9:13 "for" ${says}`]);
  });

  test('of elapsed time has no time of day', () => {
    expect(told(journey('  - wait: { for: PT24H, at: "10:00" }\n'))).toEqual([
      '9:25 "at" goes with whole days only: elapsed time has no time of day. » Write "for: P1D", or remove "at".',
    ]);
  });
});

describe('a name', () => {
  test.each([
    [
      'a fact that is none',
      'order.payed',
      'There is no fact "order.payed". » Did you mean "order.paid"? For a track call of your own write "event:order.payed".',
    ],
    ['an event of the shop', 'Quiz Done', 'There is no fact "Quiz Done". » For a track call of your own write "event:Quiz Done".'],
    [
      'what clients say for a fact',
      'Order Completed',
      'In journeys the event "Order Completed" is called "order.paid". » Write "order.paid".',
    ],
    [
      'the same as an event of the shop',
      '"event:Product Added"',
      'In journeys the event "Product Added" is called "cart.updated". » Write "cart.updated".',
    ],
    ['no event', '"event:"', '"event:" needs the name of a track call. » Write "event:Your Event".'],
    [
      'nothing that ever happens',
      'message.sent',
      'There is no fact "message.sent". » Did you mean "message.opened"? For a track call of your own write "event:message.sent".',
    ],
  ])('that is %s', (_what, fact, says) => {
    expect(told(journey(`exits:\n  - on: ${fact}\n`))).toEqual([`10:5 ${says}`]);
  });

  test.each([
    ['near a template', 'email', 'helo', 'There is no template "helo". » Did you mean "hello"?'],
    ['like no template', 'email', 'goodbye', 'There is no template "goodbye". » Templates: hello, receipt, cart-link.'],
    [
      'a template of the other channel',
      'email',
      'cart-link',
      'The template "cart-link" is for sms, but this step sends email. » Write channel: sms, or use another template.',
    ],
  ])('that is %s', (_what, channel, template, says) => {
    expect(told(ofSteps(`  - send: { channel: ${channel}, template: ${template} }\n`))).toEqual([`8:29 ${says}`]);
  });

  test('of a template that has more to obey than its journey', () => {
    const source = (template: string) =>
      ofSteps(`  - send: { channel: email, template: ${template} }\n`).replace('class: marketing', 'class: transactional');

    expect(told(source('hello'))).toEqual([
      '8:29 The template "hello" has class marketing, but this journey has class transactional: such a message needs consent and counts under the caps. » Write class: marketing, or use a template of class transactional.',
    ]);
    expect(told(source('receipt'))).toEqual([]);
    const asService = parseJourney(source('hello'), { templates: { ...templates, classOf: () => 'service' } });
    expect(asService.problems.map(({ message }) => message)).toEqual([
      'The template "hello" has class service, but this journey has class transactional: it needs consent and keeps quiet hours.',
    ]);
  });

  test('of a template is not looked up without a catalog', () => {
    expect(parseJourney(ofSteps('  - send: { channel: email, template: goodbye }\n'), {}).kind).toBe('ok');
  });

  test.each([
    ['near one', 'helo', 'There is no step "helo". » Did you mean "hello"?'],
    ['like none', 'constructor', 'There is no step "constructor". » Steps here: hello, nap.'],
    ['that sends nothing', 'nap', 'The step "nap" sends no message. » Name a send step.'],
  ])('of a step, %s', (_what, step, says) => {
    expect(told(journey(`  - wait: { id: nap, for: PT1H }\nexits:\n  - when: { message: { step: ${step}, status: sent } }\n`))).toEqual([
      `11:24 ${says}`,
    ]);
  });

  test.each([
    ['step', journey('  - send: { id: hello, channel: email, template: hello }\n'), '9:13 The step id "hello" is used twice.'],
    [
      'branch',
      journey('  - split: { branches: [ { id: a, when: { identified: true } }, { id: a, when: { identified: true } } ] }\n'),
      '9:67 The branch id "a" is used twice in this step.',
    ],
    ['exit', journey('exits:\n  - { id: a, on: order.paid }\n  - { id: a, on: order.refunded }\n'), '11:7 The exit id "a" is used twice.'],
    [
      'goal',
      journey('goals:\n  - { id: a, event: order.paid, within: P1D }\n  - { id: a, event: order.refunded, within: P1D }\n'),
      '11:7 The goal id "a" is used twice.',
    ],
  ])('of a %s that is used twice', (kind, source, complaint) => {
    expect(told(source)).toEqual([expect.stringContaining(`${complaint} » Give each ${kind} an id of its own`)]);
  });

  test('that nobody gave is told apart from those that somebody gave', () => {
    const { exits } = definitionOf(
      journey('exits:\n  - on: order.refunded\n  - { id: order-refunded, on: order.cancelled }\n  - on: order.refunded\n'),
    );

    expect(exits.map(({ id }) => id)).toEqual(['order-refunded-2', 'order-refunded', 'order-refunded-3']);
  });
});

describe('a way', () => {
  test('that ends before a step', () => {
    expect(told(journey('  - exit: {}\n  - send: { id: never, channel: email, template: hello }\n'))).toEqual([
      '10:5 Nobody reaches the step "never": the journey ends before it on every way. » Move it before the exit, or delete it.',
    ]);
  });

  test('that ends in all branches and otherwise too ends there; where one goes on, it does not', () => {
    const source = (otherwise: string) =>
      journey(
        `  - split: { branches: [ { when: { identified: true }, steps: [ { exit: {} } ] } ], else: { steps: [${otherwise}] } }\n  - wait: { for: PT1H }\n`,
      );

    expect(told(source(' { exit: {} } '))).toEqual([expect.stringContaining('10:5 Nobody reaches the step "wait-1"')]);
    expect(told(source(''))).toEqual([]);
  });

  const maybe =
    '  - split: { branches: [ { when: { identified: true }, steps: [ { send: { id: maybe, channel: email, template: hello } } ] } ] }\n';
  test.each([
    ['in one branch only', `${maybe}  - wait: { for: PT1H, from: maybe }\n`, '10:24 The step "maybe"'],
    [
      'that comes later',
      '  - wait: { for: PT1H, from: later }\n  - send: { id: later, channel: email, template: hello }\n',
      '9:24 The step "later"',
    ],
    ['that is itself', '  - wait: { id: self, for: PT1H, from: self }\n', '9:34 The step "self"'],
  ])('to a wait that counts from a step %s', (_what, rest, begins) => {
    expect(told(journey(rest))).toEqual([
      `${begins} may not have been done when this wait is reached. » Count from a step that everybody passes before this one, or write from: start.`,
    ]);
  });

  test('to a wait that counts from a step that everybody comes by', () => {
    expect(told(journey(`${maybe}  - wait: { for: PT1H, from: hello }\n`))).toEqual([]);
  });

  test('of more steps than an entry walks in one turn', () => {
    expect(told(ofSteps('  - wait: { for: PT1H }\n'.repeat(201)))).toEqual([
      '208:5 A journey has at most 200 steps, and this one has 201. » Split it into several journeys.',
    ]);
  });

  test('through many splits is looked at in no time', () => {
    const fork = '  - split: { branches: [ { when: { identified: true }, steps: [ { wait: { for: PT1H } } ] } ] }\n';
    const began = performance.now();

    expect(parse(ofSteps(fork.repeat(100))).kind).toBe('ok');
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('a limit', () => {
  const warned = (source: string) => ({
    kind: parse(source).kind,
    told: told(source),
    severities: parse(source).problems.map(({ severity }) => severity),
  });

  test('that the end of the journey cuts short is a warning', () => {
    const source = (max: string) =>
      ofSteps(`  - wait: { for: PT20H }\n  - send: { id: hello, channel: email, template: hello, deadline: PT4H }\n`) +
      `max_duration: ${max}\n`;

    expect(warned(source('PT23H'))).toEqual({
      kind: 'ok',
      told: [
        '9:57 The journey may end before the deadline of "hello": max_duration counts from the start. » Shorten the deadline, or lengthen max_duration.',
      ],
      severities: ['warning'],
    });
    expect(told(source('PT24H'))).toEqual([]);
  });

  test('is missing on a text about a cart: a warning', () => {
    const source = (limit: string) =>
      `${head.replace('order.paid', 'cart.updated').replace('reentry: once', 'reentry: once, key: cart')}  - send: { id: link, channel: sms, template: cart-link${limit} }\n`;
    const complaint =
      '8:5 The text "link" about a cart may be sent more than 48 hours after it was abandoned; carriers refuse that. » Write not_after_start: PT48H or less; count what passed before the start.';

    expect(warned(source(''))).toEqual({ kind: 'ok', told: [complaint], severities: ['warning'] });
    expect(told(source(', not_after_start: PT49H'))).toEqual([complaint]);
    expect(told(source(', not_after_start: PT47H'))).toEqual([]);
  });

  test('to the event, where a trigger asks for more', () => {
    const source = (where: string) => journey().replace('name: order.paid', `name: order.paid, where: ${where}`);

    expect(told(source('{ not: { event_property: { path: total, at_least: 20 } } }'))).toEqual([]);
    expect(told(source('{ any: [ { event_property: { path: total, is: 1 } }, { trait: { name: vip, is: true } } ] }'))).toEqual([
      '5:39 "where" of a trigger sees the event alone, and "trait" is not about it. » Use event_property here, and put the rest under entry: filters.',
    ]);
  });

  test('to entries beside each other that is not kept yet', () => {
    expect(told(journey().replace('reentry: once', 'reentry: once, concurrency: restart'))).toEqual([
      '6:25 "concurrency" cannot be "restart". » Choices: reject, merge, parallel.',
    ]);
  });

  test('to a holdout that is no share', () => {
    expect(told(journey('holdout: 0.1\n'))).toEqual([]);
    expect(told(journey('holdout: 10\n'))).toHaveLength(1);
  });

  test('to one entry a cart, for facts that know no cart', () => {
    expect(told(journey().replace('order.paid', 'profile.updated').replace('reentry: once', 'reentry: once, key: cart'))).toEqual([
      '6:25 None of the trigger’s facts is about a cart, so key: cart cannot tell entries apart. » Write key: profile.',
    ]);
  });
});

describe('a file that is no journey', () => {
  const bomb = 'abcdef'
    .split('')
    .map((name, index) => `${name}: &${name} [${(index === 0 ? 'x' : `*${'abcdef'[index - 1]}`).concat(', ').repeat(9)}]\n`)
    .join('');

  test.each([
    ['empty', '', '1:1 The file is empty.'],
    ['a list', '- a\n', '1:1 The file must have keys of its own, but is a list.'],
    [
      'indented unevenly',
      journey(' priority: 1\n'),
      '9:1 This is not valid YAML: All mapping items must start at the same column. » Give keys that belong together the same number of spaces before them.',
    ],
    [
      'indented with a tab',
      journey('\tpriority: 1\n'),
      '9:1 This is not valid YAML: Tabs are not allowed as indentation. » Indent with spaces.',
    ],
    ['two in one', `${journey()}---\n${journey()}`, '9:1 This is not valid YAML: Source contains multiple documents'],
    [
      'of aliases that multiply',
      journey(bomb),
      '10:8 The file repeats itself too often by its aliases ("*"). » Write the values out instead of using "*".',
    ],
    [
      'of an alias of nothing',
      journey('description: *bold\n'),
      '9:14 Nothing before is marked "&bold". » Write "*bold" in quotes if it is text.',
    ],
    [
      'of a step inside itself',
      head.replace('steps:', 'steps: &all') + '  - split: { branches: [ { when: { identified: true }, steps: *all } ] }\n',
      '8:63 The file is nested too deeply. » An alias ("*") may not stand inside what it repeats.',
    ],
    [
      'nested beyond reason',
      journey(`exits:\n  - when: ${'{ not: '.repeat(80)}{ identified: true }${' }'.repeat(80)}\n`),
      '1:1 The file is nested too deeply.',
    ],
    ['nested beyond any stack', `a: ${'['.repeat(90_000)}`, 'The file is nested too deeply.'],
    ['too long', `# ${'x'.repeat(200_000)}\n${journey()}`, '1:1 The file is longer than 200,000 characters.'],
  ])('%s', (_what, source, complaint) => {
    expect(told(source)[0]).toContain(complaint);
    expect(parse(source).kind).toBe('invalid');
  });

  test('a few aliases are welcome', () => {
    expect(
      told(journey().replace('steps:', 'exits:\n  - { on: &paid order.paid }\ngoals: [ { id: paid, event: *paid, within: P1D } ]\nsteps:')),
    ).toEqual([]);
  });

  test('whatever is typed over a good one, it is told and not thrown', () => {
    const good = readFileSync('journeys/abandoned-cart.journey.yaml', 'utf8');
    const typed = fc.oneof(
      fc.constantFrom('{', '[', '*a', '&a ', '- ', ': ', '\n', '"', '#', '|', '? ', '!!x ', '---\n', '\t', '__proto__: '),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(12), typed, (place, gone, text) => {
        const { kind, problems } = parse(good.slice(0, place) + text + good.slice(place + gone));

        expect(problems.some(({ severity }) => severity === 'error')).toBe(kind === 'invalid');
        for (const { line, column } of problems) expect([line >= 1, column >= 1]).toEqual([true, true]);
      }),
      { numRuns: 150 },
    );
  });
});

test('all problems are told at once, from the top of the file', () => {
  const source = journey('exits:\n  - on: order.payed\n  - on: message.sent\n').replace('template: hello', 'template: helo');

  expect(parse(source).problems.map(({ line, path }) => [line, path])).toEqual([
    [8, 'steps.0.send.template'],
    [10, 'exits.0.on'],
    [11, 'exits.1.on'],
  ]);
});

describe('quiet hours of a journey', () => {
  const hours = (id: string) => {
    const step = definitionOf(
      ofSteps(`  - send: { id: text, channel: sms, template: cart-link }
  - send: { id: email, channel: email, template: hello, quiet_hours: { opens: "07:00", closes: "17:30" } }
quiet_hours: { opens: "10:00", closes: "24:00" }
`),
    ).steps[id];
    return step?.kind === 'send' ? step.hours : undefined;
  };

  test('hold for every message of it, and a step narrows them further', () => {
    expect(hours('text')).toEqual({ opens: 600, closes: 1440 });
    expect(hours('email')).toEqual({ opens: 600, closes: 1050 });
    expect(definitionOf(journey()).steps['hello']).not.toHaveProperty('hours');
  });

  test('may not widen those of the law, nor leave next to nothing, nor go over midnight', () => {
    const text = (opens: string, closes: string) =>
      ofSteps(`  - send: { id: text, channel: sms, template: cart-link, quiet_hours: { opens: "${opens}", closes: "${closes}" } }\n`);

    expect(told(text('07:00', '21:00'))).toEqual([expect.stringMatching(/^8:.*No law allows the text "text" before 08:00.*narrow/)]);
    expect(parse(text('07:00', '21:00')).kind).toBe('ok');
    expect(told(text('10:00', '10:30'))).toEqual([expect.stringContaining('less than an hour')]);
    expect(parse(text('10:00', '10:30')).kind).toBe('invalid');
    expect(told(text('20:00', '08:00'))).toEqual([expect.stringContaining('must come after "opens"')]);
    expect(told(text('10', '18:00'))).toEqual([expect.stringContaining('must be a time of day')]);
  });
});

test.each([
  ['3 days', 'P3D'],
  ['1d', 'P1D'],
  ['2 weeks', 'P2W'],
  ['24h', 'PT24H'],
  ['1 hour', 'PT1H'],
  ['2 hours 30 min', 'PT2H30M'],
])('words that can mean only one duration are read: %s', (words, iso) => {
  const wait = (text: string) => definitionOf(ofSteps(`  - wait: { id: w, for: ${text} }\n`)).steps['w'];
  expect(wait(words)).toEqual(wait(iso));
});

describe('one mistake in the form is one problem', () => {
  const shipped = readFileSync('journeys/abandoned-cart.journey.yaml', 'utf8');
  const places = (mark: string): readonly number[] => [...shipped.matchAll(new RegExp(`\\${mark}`, 'g'))].map(({ index }) => index);
  test.each(['}', ']'])('a surplus "%s" at any place of the shipped journey', (mark) => {
    for (const at of places(mark)) {
      const problems = told(`${shipped.slice(0, at)}${mark}${shipped.slice(at)}`);
      expect(problems, `at ${at}`).toHaveLength(1);
      expect(problems[0]).toContain(`There is one "${mark}" too many. » Delete it, or write its opening one.`);
    }
  });
  test.each(['}', ']', '{', '"'])('a "%s" left out at any place', (mark) => {
    for (const at of places(mark)) expect(told(shipped.slice(0, at) + shipped.slice(at + 1)).length, `at ${at}`).toBeLessThanOrEqual(2);
  });
  test('a key that is written twice is told beside it', () => {
    expect(told(`name: A\nname: B\n${head}  - wait: { for: PT1H }}\n`)).toHaveLength(2 + 1);
  });
});

describe('form and meaning are told in one go', () => {
  test('a misspelt key, a fact that is none, a template that is not there and a duration', () => {
    const source = `journey: test
nam: Test
class: marketing
topic: cart_reminder
trigger: { event: { name: order.payed } }
entry: { reentry: once }
exits:
  - { on: cart.emptied, mach: cart }
  - { on: order.cancelt }
steps:
  - wait: { for: soon }
  - send: { id: hello, channel: email, template: helo }
  - send: { channel: sms, template: hello }
`;
    expect(told(source).map((line) => line.replace(/ ».*/, ''))).toEqual([
      '2:1 "nam" is not known here.',
      '5:21 There is no fact "order.payed".',
      '8:25 "mach" is not known here.',
      '9:7 There is no fact "order.cancelt".',
      '11:13 "for" is no duration.',
      '12:40 There is no template "helo".',
      '13:27 The template "hello" is for email, but this step sends sms.',
    ]);
  });
  test('says nothing of what only follows from a part that is wrong', () => {
    expect(
      told(
        `${head.replace('class: marketing', 'class: marketting')}  - send: { id: first, channel: emial, template: hello }\n  - wait: { for: PT1H, from: first }\n`,
      ),
    ).toHaveLength(2);
    expect(told('journey: 1\n')).not.toContain(expect.stringContaining('unnamed'));
  });
  test.each(['journey: [', '- a\n- b\n', 'x', '', 'steps: 5\n', 'steps: [{}, {}]\n', `${head}  - {}\n`])('never throws: %j', (source) => {
    expect(parse(source).kind).toBe('invalid');
  });
});

describe('a template that requires what the journey cannot give', () => {
  const requiresOf = (id: string) => (id === 'cart-link' ? ['cart.lines'] : id === 'receipt' ? ['data.order'] : []);
  const of = (trigger: string, send: string, head = 'class: marketing') =>
    toldBy(
      { ...templates, requiresOf },
      `journey: test\nname: Test\n${head}\ntopic: cart_reminder\ntrigger: ${trigger}\nentry: { reentry: once }\nsteps:\n  - send: ${send}\n`,
    );
  const text = '{ channel: sms, template: cart-link }';
  test('a cart, where nobody enters with one', () => {
    expect(of('{ event: { name: "event:Signed Up" } }', text)).toEqual([
      '8:27 The template "cart-link" requires cart.lines, but nobody enters this journey with a cart: it begins on event:Signed Up. » Let the journey begin on cart.updated or checkout.started, or use a template without the cart.',
    ]);
    expect(of('{ event: { name: order.paid } }', text)).toEqual([]);
    expect(of('{ inactivity: { after: [cart.updated], for: PT1H } }', text)).toEqual([]);
  });
  test('data, which no journey has', () => {
    expect(of('{ event: { name: order.paid } }', '{ channel: email, template: receipt }', 'class: transactional')).toEqual([
      expect.stringContaining('requires data.order, but a journey has no data'),
    ]);
  });
});

describe('a template that shows a code', () => {
  const namesOf = (id: string) => (id === 'receipt' ? ['offer'] : []);
  const told = (steps: string) =>
    toldBy(
      { ...templates, namesOf },
      `journey: test\nname: Test\nclass: transactional\ntopic: cart_reminder\ntrigger: { event: { name: order.paid } }\nentry: { reentry: once }\nsteps:\n${steps}\n`,
    );
  const send = (id: string) => `{ send: { id: ${id}, channel: email, template: receipt } }`;
  const issue = (ways: string) => `  - issue_incentive: { id: code, offer: ten-percent, ${ways} }`;
  const without = (id: string) =>
    expect.stringContaining(
      `The template "receipt" shows a code, and nobody who comes to the step "${id}" has one: it would never be sent.`,
    );

  test.each([
    ['without a step that gives one', `  - ${send('a')}`, ['a']],
    ['before the step that gives one', `  - ${send('a')}\n${issue('refused: { steps: [{ exit: {} }] }')}`, ['a']],
    ['to those who were refused one', issue(`refused: { steps: [${send('a')}] }`), ['a']],
    ['to those who got one', issue(`issued: { steps: [${send('a')}] }, refused: { steps: [{ exit: {} }] }`), []],
    ['behind both ways, where some have one', `${issue('refused: { steps: [{ wait: { for: P1D } }] }')}\n  - ${send('a')}`, []],
  ])('%s', (_where, steps, faulty) => {
    expect(told(steps)).toEqual(faulty.map(without));
  });
});
