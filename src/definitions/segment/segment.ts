import type { Instant } from '../../domain/time/instant.js';
import type { Condition, ConditionFacts } from '../../journey/conditions/condition.js';
import { allConditions, changesAt, conditionKind, describeTruth, evaluate } from '../../journey/conditions/kind-of.js';
import type { Need } from '../../journey/knowledge.js';

/** Who belongs to a segment, as the service works with it. */
export interface SegmentDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly who: Condition;
}

/** Whether a person belongs, as far as is known at one instant. */
export interface Membership {
  readonly isMember: boolean;
  /** The next instant at which this may change although nothing happens; null: none. Perhaps too early, never too late. */
  readonly changesAt: Instant | null;
}

/** What is not known does not hold: nobody belongs by what is not known. */
export function membershipOf({ who }: SegmentDefinition, facts: ConditionFacts): Membership {
  return { isMember: evaluate(who, facts) === 'true', changesAt: changesAt(who, facts) };
}

/** How each single condition is judged, as a clause: `the number of order.paid within 90 days is at least 1`. Never a person's data. */
export function reasonsOf({ who }: SegmentDefinition, facts: ConditionFacts): readonly string[] {
  const single = allConditions(who).filter((one) => conditionKind(one).parts(one).length === 0);
  return single.map((one) => describeTruth(one, evaluate(one, facts)));
}

/** What must be loaded to judge it, beside what every turn knows. The places in other segments are not: they are judged with it. */
export function needsOfSegment({ who }: SegmentDefinition): readonly Need[] {
  return allConditions(who)
    .flatMap((one) => conditionKind(one).needs(one))
    .filter(({ of }) => of !== 'segments');
}

/** The ids of the segments that it asks about. */
export function readsOf({ who }: Pick<SegmentDefinition, 'who'>): readonly string[] {
  const known = read.get(who);
  if (known !== undefined) return known;
  const ids = allConditions(who).flatMap((one) => (one.kind === 'segment' ? [one.id] : []));
  read.set(who, ids);
  return ids;
}

/** Conditions never change; those of segments are asked for with every event. */
const read = new WeakMap<Condition, readonly string[]>();
