import { z } from 'zod';
import type { DefinitionKind } from './kind.js';

/** JSON Schema (draft 2020-12) of a kind's files, for editors: `# yaml-language-server: $schema=…`. */
export async function definitionJsonSchema(kind: DefinitionKind): Promise<Record<string, unknown>> {
  const { schema } = await kind.form();
  return z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
}
