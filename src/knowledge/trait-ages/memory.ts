import type { MemoryLook } from '../source.js';
import type { TraitAges } from './asked.js';

/** A simulation knows no `fields.yaml`: each trait counts as long as one that is not declared. */
export function agesInMemory(names: readonly string[], { tables, profileId }: MemoryLook): TraitAges {
  const times = tables.profiles.get(profileId)?.traitTimes ?? {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const saidAt = times[name];
      return saidAt === undefined ? [] : [[name, { saidAt, validMs: null }]];
    }),
  );
}
