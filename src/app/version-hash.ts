import { createHash } from 'node:crypto';

/** Of a source and what it was read as: a newer compiler that reads the same source differently makes a version of its own. */
export function versionHash(source: string, definition: object): string {
  return createHash('sha256').update(source).update('\0').update(JSON.stringify(definition)).digest('hex');
}
