import { z } from 'zod';
import { journeySource } from './source.js';

/** JSON Schema (draft 2020-12) of a journey's file, for editors: `# yaml-language-server: $schema=…`. */
export function journeyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(journeySource, { io: 'input' }) as Record<string, unknown>;
}
