import { expect, test } from 'vitest';
import { type SettingName, settingNames, settings } from '../../src/settings/config.js';
import { textOf } from '../support/repository.js';

test.each(settingNames)('docs/operations.md tells what %s means, and what it is by itself', (name) => {
  const { schema, meaning } = settings[name];
  const fallback = schema.safeParse(undefined).data;
  const row = textOf('docs/operations.md')
    .split('\n')
    .find((line) => line.startsWith(`| \`${name}\` |`));
  expect(row ?? `There is no row for ${name}.`).toContain(`| ${fallback === undefined ? '–' : `\`${String(fallback)}\``} | ${meaning}`);
  expect(row?.includes('*Secret.*')).toBe('secret' in settings[name]);
});

test('docs/operations.md and .env.example name no setting that is none', () => {
  const documented = [...textOf('docs/operations.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  const examples = [...textOf('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  expect([...documented, ...examples].filter((name) => !settingNames.includes(name as SettingName))).toEqual([]);
});
