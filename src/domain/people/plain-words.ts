import { isRecord } from '../values/is-record.js';
import { plainName } from './plain-name.js';

/** What somebody sent, as a message may show it: texts as words without addresses, three levels deep. */
export function plainWords(value: unknown, depth = 3): unknown {
  if (typeof value === 'string') return plainName(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => plainWords(one, depth - 1));
  if (!isRecord(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainWords(one, depth - 1)]));
}
