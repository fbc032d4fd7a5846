import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.js';
import { shippedPolicies } from '../support/policies.js';

const page = readFileSync('docs/policies.md', 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
const context = { topics: null, languages: ['en', 'de'] };

test('the caps and the topic that the page shows are without fault', () => {
  const [caps = '', topic = ''] = blocks;
  const topics = `policy: topics\ntopics:\n- { id: marketing, name: { en: All, de: Alles }, channels: [email] }\n${topic}`;

  expect(blocks).toHaveLength(2);
  expect(parsePolicy('caps', caps, context).problems).toEqual([]);
  expect(parsePolicy('topics', topics, context).problems).toEqual([]);
});

test('the page tells the shipped classes', () => {
  const { classes } = shippedPolicies().classes;
  const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split('|').length === 7);
  const told = (key: string) =>
    rows
      .find((line) => line.includes(`\`${key}\``))
      ?.split('|')
      .slice(2, 6)
      .map((cell) => cell.trim());
  const all = Object.values(classes);

  expect(told('needs_consent')).toEqual(all.map(({ needsConsent }) => (needsConsent ? 'yes' : 'no')));
  expect(told('obeys_caps')).toEqual(all.map(({ obeysCaps }) => (obeysCaps ? 'yes' : 'no')));
  expect(told('obeys_quiet_hours')).toEqual(all.map(({ obeysQuietHours }) => (obeysQuietHours ? 'yes' : 'no')));
  expect(told('may_promote')).toEqual(all.map(({ mayPromote }) => (mayPromote ? 'yes' : 'no')));
  expect(told('default_priority')).toEqual(all.map(({ defaultPriority }) => String(defaultPriority)));
});
