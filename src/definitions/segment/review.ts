import type { FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ConditionFacts } from '../../journey/conditions/condition.js';
import { allConditions, conditionKind } from '../../journey/conditions/kind-of.js';
import { membershipOf, type SegmentDefinition } from './segment.js';

/** A segment in force. */
export interface LiveSegment {
  readonly version: number;
  readonly definition: SegmentDefinition;
}

/** A person came to belong, or does no longer. */
export interface MembershipChange {
  readonly segment: LiveSegment;
  readonly isMember: boolean;
  readonly because: readonly string[];
}

export interface Review {
  readonly changes: readonly MembershipChange[];
  /** When to look again although nothing happens; null: never. */
  readonly dueAt: Instant | null;
}

/** Where a person stands now, beside where they stood. `memberOf`: ids of segments. */
export function reviewPerson(segments: readonly LiveSegment[], memberOf: Pick<ReadonlySet<string>, 'has'>, facts: ConditionFacts): Review {
  const judged = segments.map((segment) => ({ segment, ...membershipOf(segment.definition, facts) }));
  const due = judged.flatMap(({ changesAt }) => changesAt ?? []);
  return {
    changes: judged.filter(({ segment, isMember }) => memberOf.has(segment.definition.id) !== isMember),
    dueAt: due.length === 0 ? null : Math.min(...due),
  };
}

/** The facts after which somebody's place in one of these segments may be another. */
export function factsThatMatter(segments: readonly LiveSegment[]): ReadonlySet<FactName> {
  return new Set(segments.flatMap(({ definition }) => allConditions(definition.who).flatMap((one) => conditionKind(one).changedBy(one))));
}
