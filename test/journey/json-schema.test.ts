import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { journeyJsonSchema } from '../../src/journey/json-schema.js';

test('the editors’ schema in docs is the one that the parser is made from', async () => {
  const file = 'docs/schemas/journey.schema.json';
  const text = `${JSON.stringify(journeyJsonSchema(), null, 2)}\n`;
  // `UPDATE_SCHEMA=1 npx vitest run test/journey/json-schema.test.ts` writes it anew.
  if (process.env['UPDATE_SCHEMA'] === '1') (await import('node:fs')).writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
