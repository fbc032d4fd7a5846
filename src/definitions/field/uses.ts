import { isRecord } from '../../domain/values/is-record.js';

/** Who reads a field: a journey, a template, a segment, a quiz, or Sojourn itself. */
export interface FieldUse {
  readonly kind: string;
  readonly id: string;
  /** Null: Sojourn itself. */
  readonly version: number | null;
}

/** The trait or answer that a path in a condition begins with: `address.city` reads `address`. */
function rootOf(path: string): string {
  return path.split('.')[0] ?? path;
}

/**
 * The fields that the conditions of a compiled journey, segment or quiz read: conditions stand anywhere in it, and each kind that reads a
 * field has its name under `name`.
 */
export function fieldsReadBy(definition: unknown): ReadonlySet<string> {
  const read = new Set<string>();
  gather(definition, read);
  return read;
}

function gather(value: unknown, read: Set<string>): void {
  if (Array.isArray(value)) {
    for (const one of value) gather(one, read);
    return;
  }
  if (!isRecord(value)) return;
  const { kind, name, of, path, readsFields } = value;
  // A quiz: its branches and its result read what was answered.
  if (Array.isArray(readsFields)) for (const field of readsFields) read.add(String(field));
  // A value that a step takes from the person.
  if (of === 'traits' && typeof path === 'string') read.add(rootOf(path));
  if ((kind === 'trait' || kind === 'answer') && typeof name === 'string') read.add(rootOf(name));
  for (const inner of Object.values(value)) gather(inner, read);
}

/** The fields that a template reads, by the paths of its variables. */
export function fieldsInPaths(paths: readonly (readonly string[])[]): ReadonlySet<string> {
  return new Set(
    paths.flatMap(([root, second, third]) => {
      if (root === 'answers') return second === undefined ? [] : [second];
      if (root !== 'profile') return [];
      if (second === 'traits') return third === undefined ? [] : [third];
      return second === undefined ? [] : (greetings[second] ?? []);
    }),
  );
}

const greetings: Readonly<Record<string, readonly string[]>> = {
  firstName: ['firstName', 'first_name'],
  locale: ['locale', 'language'],
};

/** What every send reads, whatever the journey. */
export const ownFields: readonly string[] = [
  'email',
  'phone',
  'locale',
  'language',
  'timezone',
  'country',
  'address',
  'profiling_allowed',
  'tracking_allowed',
];
