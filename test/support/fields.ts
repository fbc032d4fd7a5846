import { readFileSync } from 'node:fs';
import { fieldsOf } from '../../src/definitions/field/fields.js';
import { fields } from '../../src/definitions/field/kind.js';
import { parseDefinition } from '../../src/definitions/parse.js';
import type { Fields } from '../../src/domain/answers/field.js';

/** The fields of the file that is shipped. */
export async function shippedFields(): Promise<Fields> {
  const parsed = await parseDefinition(fields, readFileSync('fields.yaml', 'utf8'), { file: 'fields.yaml', topics: null });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return fieldsOf(parsed.definition);
}
