import { z } from 'zod';
import type { PolicyKind } from '../domain/policy/policies.js';
import { policySources } from './index.js';

/** JSON Schema (draft 2020-12) of a policy's file, for editors: `# yaml-language-server: $schema=…`. */
export function policyJsonSchema(kind: PolicyKind): Record<string, unknown> {
  return z.toJSONSchema(policySources[kind].schema, { io: 'input' }) as Record<string, unknown>;
}
