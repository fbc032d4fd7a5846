import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { definitionJsonSchema } from '../../src/definitions/json-schema.js';
import { definitionKinds } from '../../src/definitions/list.js';

test.each(definitionKinds.map((kind) => [kind.kind, kind] as const))(
  'the editors’ schema of a %s in docs is the one that the parser is made from',
  async (name, kind) => {
    const file = `docs/schemas/${name}.schema.json`;
    const text = `${JSON.stringify(await definitionJsonSchema(kind), null, 2)}\n`;
    // `UPDATE_SCHEMA=1 npx vitest run test/definitions/json-schema.test.ts` writes it.
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);
