import type { Instant } from '../../domain/time/instant.js';
import type { ConditionFacts } from '../../journey/conditions/condition.js';
import { type Membership, membershipOf, readsOf, reasonsOf, type SegmentDefinition } from './segment.js';

/** A segment in force. */
export interface LiveSegment {
  readonly version: number;
  readonly definition: SegmentDefinition;
  /** Journeys hear of everybody whom it moves, although nothing happened to them. Absent: they do not. */
  readonly tells?: boolean;
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

/** Where a person stands in one segment, and by what. */
interface JudgedSegment extends Membership {
  readonly segment: LiveSegment;
  readonly facts: ConditionFacts;
}

/** Where a person stands now, beside where they stood. `memberOf`: ids of segments. */
export function reviewPerson(segments: readonly LiveSegment[], memberOf: Pick<ReadonlySet<string>, 'has'>, facts: ConditionFacts): Review {
  const judged = judgeSegments(segments, facts);
  const due = judged.flatMap(({ changesAt }) => changesAt ?? []);
  return {
    changes: judged
      .filter(({ segment, isMember }) => memberOf.has(segment.definition.id) !== isMember)
      .map(({ segment, isMember, facts: by }) => ({ segment, isMember, because: reasonsOf(segment.definition, by) })),
    dueAt: due.length === 0 ? null : Math.min(...due),
  };
}

/**
 * Where a person stands in each of these segments. What a segment asks about another is judged first, at the same instant. What is not
 * among them is not known, and neither is what leads back to itself: publishing refuses that, unless two people publish at once.
 */
export function judgeSegments(segments: readonly LiveSegment[], facts: ConditionFacts): readonly JudgedSegment[] {
  const byId = byIdOf(segments);
  const judged = new Map<string, JudgedSegment>();
  const judge = (segment: LiveSegment, within: readonly string[]): JudgedSegment => {
    const { definition } = segment;
    const known = judged.get(definition.id);
    if (known !== undefined) return known;
    const reads = readsOf(definition);
    const path = reads.length === 0 ? within : [...within, definition.id];
    const places = reads.flatMap((id) => {
      const read = byId.get(id);
      return read === undefined || path.includes(id) ? [] : [[id, judge(read, path).isMember] as const];
    });
    const asked = places.length === 0 ? facts : { ...facts, known: { ...facts.known, segments: Object.fromEntries(places) } };
    const answer = { segment, facts: asked, ...membershipOf(definition, asked) };
    judged.set(definition.id, answer);
    return answer;
  };
  return segments.map((segment) => judge(segment, []));
}

/** The segments in force are one list until others are published. */
const byIds = new WeakMap<readonly LiveSegment[], ReadonlyMap<string, LiveSegment>>();

function byIdOf(segments: readonly LiveSegment[]): ReadonlyMap<string, LiveSegment> {
  const known = byIds.get(segments) ?? new Map(segments.map((segment) => [segment.definition.id, segment]));
  byIds.set(segments, known);
  return known;
}

/** Its own id, and those of all segments that it asks about, directly or through others. */
export function readThrough(segments: readonly LiveSegment[], id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (one: string): void => {
    if (found.has(one)) return;
    found.add(one);
    const read = segments.find(({ definition }) => definition.id === one);
    if (read !== undefined) readsOf(read.definition).forEach(follow);
  };
  follow(id);
  return found;
}
