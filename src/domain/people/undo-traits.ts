import type { Instant } from '../time/instant.js';
import type { Profile } from './profile.js';

type Traits = Pick<Profile, 'traits' | 'traitTimes'>;

/** Traits that one statement changed, as they were before. One that was not there is missing in both. */
export interface ChangedTraits {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly times: Readonly<Record<string, Instant>>;
  readonly changed: readonly string[];
}

/**
 * Undoes statements, the newest first, if they are still in force: a later statement of others about a trait stays. `isTheirs`: is the
 * statement about this trait at this instant one of those to undo? A later statement with the same value changed nothing, so it does not
 * prevent the undo.
 */
export function undoTraits(
  present: Traits,
  newestFirst: readonly ChangedTraits[],
  isTheirs: (name: string, at: Instant) => boolean,
): Traits & { readonly restored: readonly string[] } {
  // Maps, because a trait may be called `__proto__` or `constructor`.
  const traits = new Map(Object.entries(present.traits));
  const times = new Map(Object.entries(present.traitTimes));
  const restored = new Set<string>();
  for (const before of newestFirst)
    for (const name of before.changed) {
      const at = times.get(name);
      if (at === undefined || !isTheirs(name, at)) continue;
      putBack(traits, name, before.traits);
      putBack(times, name, before.times);
      restored.add(name);
    }
  return { traits: Object.fromEntries(traits), traitTimes: Object.fromEntries(times), restored: [...restored] };
}

function putBack<T>(values: Map<string, T>, name: string, before: Readonly<Record<string, T>>): void {
  if (Object.hasOwn(before, name)) values.set(name, before[name] as T);
  else values.delete(name);
}
