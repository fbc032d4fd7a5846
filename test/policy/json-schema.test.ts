import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyKinds } from '../../src/domain/policy/policies.js';
import { policyJsonSchema } from '../../src/policy/json-schema.js';

test.each(policyKinds)('the editors’ schema of %s in docs is the one that the parser is made from', (kind) => {
  const file = `docs/schemas/${kind}.schema.json`;
  const text = `${JSON.stringify(policyJsonSchema(kind), null, 2)}\n`;
  // `UPDATE_SCHEMA=1 npx vitest run test/policy/json-schema.test.ts` writes it anew.
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
