import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenariosJsonSchema } from '../../src/simulator/json-schema.js';

test('the editors’ schema in docs is the one that scenarios are read by', () => {
  const file = 'docs/schemas/scenarios.schema.json';
  const text = `${JSON.stringify(scenariosJsonSchema(), null, 2)}\n`;
  // `UPDATE_SCHEMA=1 npx vitest run --project unit test/simulator/json-schema.test.ts` writes it anew.
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('docs/scenarios.md says every key', () => {
  const page = readFileSync('docs/scenarios.md', 'utf8');
  const keys = new Set<string>();
  const look = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties, ...rest } = schema as { readonly properties?: Readonly<Record<string, unknown>> };
    for (const [key, value] of Object.entries(properties ?? {})) {
      keys.add(key);
      look(value);
    }
    for (const value of Object.values(rest)) look(value);
  };
  look(scenariosJsonSchema());
  expect(keys.size).toBeGreaterThan(40);
  expect([...keys].filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
});
