import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { decodeText } from '../domain/values/decode-text.js';

/** Puts what `.env` of the present folder says into the environment, where that says nothing. */
export function loadEnvFile(file = '.env'): void {
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(decodeText(readFileSync(file))))) process.env[name] ??= value;
}
