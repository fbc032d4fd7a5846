import { z } from 'zod';
import { personaNames } from './persona.js';
import { scenarioFile } from './scenario-source.js';

/** JSON Schema (draft 2020-12) of a file of scenarios, for editors: `# yaml-language-server: $schema=…`. */
export function scenariosJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(scenarioFile, { io: 'input', unrepresentable: 'any', override: showNames }) as Record<string, unknown>;
}

/** A person is one of the cast by name, or somebody like one: the schema reads the name as the second. */
function showNames({ zodSchema, jsonSchema }: { readonly zodSchema: unknown; readonly jsonSchema: object }): void {
  const { def } = zodSchema as { readonly def: { readonly type: string; readonly in?: z.ZodType; readonly out?: z.ZodType } };
  if (def.type !== 'pipe' || def.out === undefined || def.in?.def.type !== 'transform') return;
  const { $schema: _draft, ...shape } = z.toJSONSchema(def.out, { io: 'input', unrepresentable: 'any' });
  for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key];
  Object.assign(jsonSchema, { anyOf: [{ type: 'string', enum: [...personaNames] }, shape] });
}
