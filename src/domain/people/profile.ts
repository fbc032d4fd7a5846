import type { EngagementState } from '../engagement/state.js';
import type { Instant } from '../time/instant.js';
import type { ProfileId } from '../values/ids.js';

/** A person, or a visitor who may become one. Traits follow the newest statement about each of them. */
export interface Profile {
  readonly id: ProfileId;
  readonly traits: Readonly<Record<string, unknown>>;
  /** When each trait was said last. */
  readonly traitTimes: Readonly<Record<string, Instant>>;
  /** The `email` trait as an address to send to; null when there is none or it is not one. */
  readonly email: string | null;
  /** The `phone` trait in E.164; null when there is none or it is not a valid number. */
  readonly phone: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** The newest instant that happened to this profile: nothing is due before it. */
  readonly lastInstant: Instant;
  readonly engagement: EngagementState;
}

export interface TraitChange {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly traitTimes: Readonly<Record<string, Instant>>;
  readonly changed: readonly string[];
  /** Something was not kept, because there is too much already. */
  readonly isFull: boolean;
}

type Traits = Pick<Profile, 'traits' | 'traitTimes'>;

/** More traits than this are not kept: the newest statement is, the rest of the event is stored as it came. */
export const maxTraits = 500;
/** Characters of a trait's JSON. */
export const largestTrait = 4 * 1024;
/** Characters of the JSON of all traits together. What would make more of them is not kept. */
export const largestTraits = 64 * 1024;

/**
 * The traits after a statement at `at`. A late, older statement never overwrites a newer one, trait by trait; at the same instant the
 * greater value (as JSON) stands, so that the order of arrival does not matter. Null removes a trait.
 */
export function mergeTraits(known: Traits, said: Readonly<Record<string, unknown>>, at: Instant): TraitChange {
  return mergeTraitTimes(known, { traits: said, traitTimes: Object.fromEntries(Object.keys(said).map((name) => [name, at])) });
}

/** The traits of two profiles as one: the newest statement about each. */
export function mergeTraitTimes(known: Traits, other: Traits): TraitChange {
  // Maps, because a trait may be called `__proto__` or `constructor`.
  const traits = new Map(Object.entries(known.traits));
  const traitTimes = new Map(Object.entries(known.traitTimes));
  const told = new Map(Object.entries(other.traits));
  const changed: string[] = [];
  let room = largestTraits - text(known.traits).length;
  let isFull = false;
  for (const [name, at] of Object.entries(other.traitTimes)) {
    const value = told.get(name) ?? null;
    const before = traits.get(name) ?? null;
    const knownAt = traitTimes.get(name);
    if (knownAt === undefined && traitTimes.size >= maxTraits) {
      isFull = true;
      continue;
    }
    if (knownAt !== undefined && (knownAt > at || (knownAt === at && text(before) >= text(value)))) continue;
    const growth = text(value).length - text(before).length + (before === null ? name.length + 4 : 0);
    if (growth > 0 && growth > room) {
      isFull = true;
      continue;
    }
    room -= growth;
    traitTimes.set(name, at);
    if (text(before) === text(value)) continue;
    changed.push(name);
    if (value === null) traits.delete(name);
    else traits.set(name, value);
  }
  return { traits: Object.fromEntries(traits), traitTimes: Object.fromEntries(traitTimes), changed, isFull };
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
