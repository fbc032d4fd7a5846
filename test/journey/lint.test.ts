import { describe, expect, test } from 'vitest';
import { parseJourney } from '../../src/journey/parse.js';

/** A journey of these steps for carts that were idle; they begin at line 8. */
const file = (steps: string, idle = 'PT1H', maxDuration = 'P9D'): string =>
  `journey: test\nname: Test\nclass: marketing\ntopic: t\ntrigger: { inactivity: { after: [cart.updated], for: ${idle} } }\nentry: { key: cart, reentry: once }\nmax_duration: ${maxDuration}\nsteps:\n${steps}`;

const told = (source: string): readonly string[] =>
  parseJourney(source, {}).problems.map(({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`);

describe('a text about a cart, 48 hours after which carriers refuse it', () => {
  const text = (limit: string) => `  - send: { id: link, channel: sms, template: cart-link, deadline: PT4H, not_after_start: ${limit} }\n`;
  const late = '9:5 warning: The text "link" about a cart may be sent more than 48 hours after it was abandoned; carriers refuse that.';

  test.each([
    ['PT1H', 'PT47H', []],
    ['PT1H', 'PT47H1S', [late]],
    ['PT24H', 'PT24H', []],
    ['PT24H', 'PT47H', [late]],
  ])('after an idle time of %s, not_after_start: %s', (idle, limit, expected) => {
    expect(told(file(text(limit), idle))).toEqual(expected);
  });
});

describe('the soonest that a message can come, on which the warning about max_duration rests', () => {
  const email = '  - send: { id: mail, channel: email, template: mail, deadline: PT4H }\n';
  const soonest = (waits: string, maxDuration: string) => told(file(waits + email, 'PT1H', maxDuration)).length === 0;
  const first = '  - wait: { for: PT10H }\n  - send: { id: first, channel: email, template: first, deadline: PT1H }\n';

  test.each([
    ['an elapsed wait', '  - wait: { for: PT20H }\n', 'PT24H', 'PT23H'],
    ['two waits, one after the other', '  - wait: { for: PT10H }\n  - wait: { for: PT10H }\n', 'PT24H', 'PT23H'],
    [
      'two waits that count from the start',
      '  - wait: { for: PT10H, from: start }\n  - wait: { for: PT20H, from: start }\n',
      'PT24H',
      'PT23H',
    ],
    ['a wait that counts from a step', `${first}  - wait: { for: PT10H, from: first }\n`, 'PT24H', 'PT23H'],
    ['calendar days, one of which may have 23 hours', '  - wait: { for: P2D }\n', 'PT51H', 'PT50H'],
    ['calendar days to a time of day, begun just before midnight', '  - wait: { for: P2D, at: "00:00" }\n', 'PT27H', 'PT26H'],
    [
      'a time-out, where the event leads elsewhere',
      '  - wait_until: { timeout: PT20H, branches: [ { on: product.viewed, steps: [ { exit: {} } ] } ] }\n',
      'PT24H',
      'PT23H',
    ],
    [
      'a time-out that an event may cut short',
      '  - wait_until: { timeout: PT20H, branches: [ { on: product.viewed } ] }\n',
      'PT4H',
      'PT3H',
    ],
  ])('after %s', (_name, waits, fits, isTooShort) => {
    expect(soonest(waits, fits)).toBe(true);
    expect(soonest(waits, isTooShort)).toBe(false);
  });
});

describe('values without quotes that YAML reads otherwise than they are written', () => {
  const entry = (comparison: string): string =>
    `journey: test\nname: Test\nclass: marketing\ntopic: t\ntrigger: { inactivity: { after: [cart.updated], for: PT1H } }\nentry:\n  key: cart\n  reentry: once\n  filters:\n    - { trait: { name: code, ${comparison} } }\nmax_duration: P9D\nsteps:\n  - send: { id: mail, channel: email, template: mail }\n`;

  test.each([
    ['is: 00123', 'is the number 123, although it is written 00123'],
    ['is: 007', 'is the number 7, although it is written 007'],
    ['is: 1e3', 'is the number 1000, although it is written 1e3'],
    ['is: 0x10', 'is the number 16, although it is written 0x10'],
    ['is: 0o17', 'is the number 15, although it is written 0o17'],
    ['is: +5', 'is the number 5, although it is written +5'],
    ['is: 1.10', 'is the number 1.1, although it is written 1.10'],
    ['is: 9007199254740993', 'is the number 9007199254740992, although it is written 9007199254740993'],
    ['is: 12_000', 'is the text "12_000" and no number'],
    ['is: yes', 'is the text "yes", which is neither true nor false'],
    ['is_not: Off', 'is the text "Off", which is neither true nor false'],
    ['is: on', 'is the text "on", which is neither true nor false'],
    ['is: n', 'is the text "n", which is neither true nor false'],
    ['is: 2026-11-24', 'is the text "2026-11-24", which is compared letter by letter and not as a date'],
    ['in: [gold, 00123]', 'is the number 123, although it is written 00123'],
    ['not_in: [no]', 'is the text "no", which is neither true nor false'],
    ['at_least: 010', 'is the number 10, although it is written 010'],
    ['less_than: 1e3', 'is the number 1000, although it is written 1e3'],
  ])('%s is warned of', (comparison, why) => {
    const problems = parseJourney(entry(comparison), {}).problems.filter(({ severity }) => severity === 'warning');
    expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([`10 "${comparison.split(':')[0]}" ${why}.`]);
    expect(problems[0]?.suggestion).toContain('in quotes');
  });

  test.each([
    'is: "00123"',
    "is: 'yes'",
    'is: 123',
    'is: 59.9',
    'is: -5',
    'is: true',
    'is: gold',
    'at_least: 59.90',
    'is: "2026-11-24"',
    'in: [1, 2]',
    'exists: true',
  ])('%s is not', (comparison) => {
    expect(parseJourney(entry(comparison), {}).problems).toEqual([]);
  });
});
