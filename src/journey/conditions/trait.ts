import type { z } from 'zod';
import { currentValue } from '../../domain/answers/answer.js';
import { usualValidMs } from '../../domain/answers/field.js';
import type { Instant } from '../../domain/time/instant.js';
import { readPath } from '../../domain/values/read-path.js';
import { expiryOf } from './answer.js';
import { compare, describeComparison } from './comparison.js';
import type { ConditionFacts } from './condition.js';
import { type ConditionKind, earliestAfter, plain, truth } from './kind.js';
import { type ComparisonOrStale, namedOrStale, toComparisonOrStale } from './stale.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly trait: TraitCondition;
  }
}

interface TraitCondition {
  readonly kind: 'trait';
  readonly name: string;
  readonly comparison: ComparisonOrStale;
}

const yaml = namedOrStale('true: nothing is known, by a trait or by an answer that still counts, so it may be asked.');

/** A trait of the profile by name or dotted path. What the person declared in an answer beats what was inferred. */
export const trait: ConditionKind<TraitCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'trait', name: source.name, comparison: toComparisonOrStale(source) }),
  notMet: () => 'trait-not-met',
  about: 'person',
  needs: ({ name, comparison }) => [
    { of: 'answers', name },
    ...(comparison.op === 'stale' ? [{ of: 'trait_ages' as const, name: rootOf(name) }] : []),
  ],
  changedBy: () => ['profile.updated', 'answer.given'],
  changesAt({ name, comparison }, facts) {
    const edges = [expiryOf(name, facts), comparison.op === 'stale' ? tooOldAt(name, facts) : null];
    return earliestAfter(
      facts.at,
      edges.filter((at) => at !== null),
    );
  },
  evaluate({ comparison, name }, facts) {
    return comparison.op === 'stale' ? truth(isStale(name, facts) === comparison.value) : compare(comparison, valueOf(name, facts));
  },
  describe({ comparison, name }, holds) {
    if (comparison.op !== 'stale') return `the trait ${name} ${describeComparison(comparison, holds)}`;
    return comparison.value === holds ? `the trait ${name} may be asked again` : `the trait ${name} is known well enough`;
  },
};

function valueOf(name: string, { at, known, profile }: ConditionFacts): unknown {
  const declared = currentValue(known.answers?.[name], at);
  return declared === undefined ? readPath(profile.traits, name) : declared;
}

/** Nothing is known that still counts: neither what was declared nor what was inferred. */
function isStale(name: string, facts: ConditionFacts): boolean {
  if (currentValue(facts.known.answers?.[name], facts.at) !== undefined) return false;
  const inferred = readPath(facts.profile.traits, name);
  if (inferred === undefined || inferred === null) return true;
  const tooOld = tooOldAt(name, facts);
  return tooOld !== null && tooOld <= facts.at;
}

/** Null: nobody knows when it was said. */
function tooOldAt(name: string, { known }: ConditionFacts): Instant | null {
  const age = known.trait_ages?.[rootOf(name)];
  return age === undefined ? null : age.saidAt + (age.validMs ?? usualValidMs);
}

/** `address.city` is a part of the trait `address`. */
function rootOf(name: string): string {
  return name.split('.')[0] ?? name;
}
