import { describe, expect, test } from 'vitest';
import { parseJourney } from '../../src/journey/parse.js';

/** A journey of these steps for carts that were idle; they begin at line 8. */
const file = (steps: string, idle = 'PT1H', maxDuration = 'P9D'): string =>
  `journey: test\nname: Test\nclass: marketing\ntopic: t\ntrigger: { inactivity: { after: [cart.updated], for: ${idle} } }\nentry: { key: cart, reentry: once }\nmax_duration: ${maxDuration}\nsteps:\n${steps}`;

const told = (source: string): readonly string[] =>
  parseJourney(source, {}).problems.map(({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`);

describe('a text about a cart, 48 hours after which carriers refuse it', () => {
  const text = (limit: string) => `  - send: { id: link, channel: sms, template: cart-link, deadline: PT4H, not_after_start: ${limit} }\n`;
  const late = '9:5 warning: The text "link" about a cart may leave more than 48 hours after it was abandoned; carriers refuse that.';

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
