import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { factProperties } from '../../src/domain/events/fact-properties.js';
import { hour } from '../../src/domain/time/instant.js';
import { parseJourney } from '../../src/journey/parse.js';
import { parseScenarios } from '../../src/simulator/scenario.js';
import { simulate } from '../../src/simulator/simulate.js';
import { shippedPolicies } from '../support/policies.js';

const page = readFileSync('docs/journeys.md', 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
const beginning = (text: string): readonly string[] => blocks.filter((block) => block.startsWith(text));
const conditions = [...page.matchAll(/^\| `(\{.*?\})`.*\|$/gm)].map(([, text = '']) => text).filter((text) => !text.includes('…'));

const head = 'journey: test\nname: Test\nclass: marketing\ntopic: news\nentry: { reentry: once, key: profile }\n';
const trigger = 'trigger: { event: { name: order.paid } }\n';
const steps = 'steps:\n  - send: { id: nudge, channel: email, template: nudge }\n';
const problems = (source: string) => parseJourney(source, {}).problems;

test('the journey that the page shows is without fault', () => {
  const shown = beginning('# yaml-language-server');

  expect(shown).toHaveLength(1);
  expect(shown.flatMap(problems)).toEqual([]);
});

test('so is the journey of the README', () => {
  const [, shown = ''] = /^```yaml\n([^]*?)^```$/m.exec(readFileSync('README.md', 'utf8')) ?? [];

  expect(shown).toContain('journey: ');
  expect(problems(shown)).toEqual([]);
});

/** Of the five minutes, in which an hour takes a second. */
test('the times that the README tells are those of the shipped journey', () => {
  const parsed = parseJourney(readFileSync('journeys/abandoned-cart.journey.yaml', 'utf8'), {});
  if (parsed.kind === 'invalid') throw new Error('The shipped journey has errors.');
  const mug = 'track: Product Added, properties: { cart_id: c, product_id: mug, name: Blue mug, price: 24, quantity: 1, currency: GBP }';
  const read = parseScenarios(`[{ name: n, persona: mobile-subscriber, events: [{ at: +0m, ${mug} }], expect: {} }]`, {
    file: 'README.md',
    shopTimeZone: 'Europe/London',
  });
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  const { script } = read.scenarios[0]!;
  const { messages } = simulate({
    definition: parsed.definition,
    script,
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
  const [first, second, third] = messages
    .filter(({ channel, state }) => channel === 'email' && state === 'sent')
    .map(({ at }) => Math.round((at - script.startAt) / hour));
  const told = readFileSync('README.md', 'utf8').replace(/\s+/g, ' ');
  expect(first).toBe(1);
  expect(told).toContain(`The second email would come ${second} seconds after the mug`);
  expect(told).toContain(`the third email after ${third} seconds`);
});

test('so are its parts of journeys', () => {
  const triggers = beginning('trigger:').map((block) => head + block + steps);
  const moreSteps = beginning('- wait_until:').map((block) => head + trigger + 'steps:\n' + block);
  const rules = beginning('exits:').map((block) => head + trigger + block + steps);

  expect([triggers.length, moreSteps.length, rules.length]).toEqual([4, 1, 1]);
  expect([...triggers, ...moreSteps, ...rules].flatMap(problems)).toEqual([]);
});

test('so are its conditions', () => {
  expect(conditions.length).toBeGreaterThan(5);
  expect(conditions.flatMap((text) => problems(`${head}${trigger}exits:\n  - when: ${text}\n${steps}`))).toEqual([]);
});

test('so are its scenarios', () => {
  expect(beginning('- name:').map((block) => parseScenarios(block, { file: 'docs', shopTimeZone: 'UTC' }).kind)).toEqual(['ok', 'ok']);
});

/** `UPDATE_DOCS=1 npx vitest run --project unit test/journey/docs.test.ts` writes the table anew. */
test('the table of properties is the one that editors complete', () => {
  const rows = Object.entries(factProperties).map(
    ([fact, properties]) => `| \`${fact}\` | ${properties.map(({ name, meaning }) => `\`${name}\` (${meaning})`).join(', ')} |`,
  );
  const table = ['| fact | properties |', '|---|---|', ...rows].join('\n');
  const wanted = page.replace(
    /<!-- properties -->\n[^]*<!-- \/properties -->/,
    () => `<!-- properties -->\n${table}\n<!-- /properties -->`,
  );
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync('docs/journeys.md', wanted);
  expect(readFileSync('docs/journeys.md', 'utf8')).toBe(wanted);
});
