import { type About, longestSubjectId, subjectId } from '../domain/events/subject.js';
import { readPath } from '../domain/values/read-path.js';
import type { EntryRules } from './definition.js';

/** What a key is read from: a fact, or an entry with what began it. */
export interface Keyed {
  readonly about?: About;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What tells two entries of one person apart, as the fact says it; null where it does not. */
export function entryKey({ key }: Pick<EntryRules, 'key'>, { about = [], properties }: Keyed): string | null {
  switch (key.kind) {
    case 'profile':
      return 'profile';
    case 'cart':
    case 'order':
      return subjectId(about, key.kind);
    case 'event':
      return keyText(readPath(properties, key.path));
  }
}

/** Longer ones are no key: an index has no room for them. */
function keyText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value);
  return text.length > longestSubjectId ? null : text;
}
