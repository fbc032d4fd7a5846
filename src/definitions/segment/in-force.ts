import type { Fact, FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { allConditions, conditionKind } from '../../journey/conditions/kind-of.js';
import type { Need } from '../../journey/knowledge.js';
import type { LiveSegment, MembershipChange } from './review.js';
import { needsOfSegment } from './segment.js';

/** The segments in force, with what is derived from all of them. */
export interface Segments {
  readonly live: readonly LiveSegment[];
  /** The facts after which a person is looked at. */
  readonly mattering: ReadonlySet<FactName>;
  readonly needs: readonly Need[];
  /** All of them have been brought to everybody, so that journeys hear of every change. */
  readonly isFilled: boolean;
}

export function segmentsOf(live: readonly LiveSegment[], isFilled = false): Segments {
  return { live, mattering: factsThatMatter(live), needs: live.flatMap(({ definition }) => needsOfSegment(definition)), isFilled };
}

/** The facts after which somebody's place in one of these segments may be another. */
function factsThatMatter(segments: readonly LiveSegment[]): ReadonlySet<FactName> {
  return new Set(segments.flatMap(({ definition }) => allConditions(definition.who).flatMap((one) => conditionKind(one).changedBy(one))));
}

/** What happened, as far as it may move people between segments. */
interface Happened {
  readonly facts: readonly Pick<Fact, 'name' | 'profileId'>[];
  /** People of whom something is known that was not known before. */
  readonly changed: readonly ProfileId[];
  /** Who was not there before, or took another profile in. */
  readonly newcomers: readonly ProfileId[];
}

/** Whose place in a segment may be another now, ascending. Nobody where no segment asks about what happened. */
export function concernedBy({ live, mattering }: Segments, { facts, changed, newcomers }: Happened): readonly ProfileId[] {
  if (live.length === 0) return [];
  const told = facts.flatMap(({ name, profileId }) => (mattering.has(name) ? [profileId] : []));
  return [...new Set([...told, ...(mattering.has('profile.updated') ? changed : []), ...newcomers])].sort();
}

/** What journeys hear of it. */
export function membershipFact(profileId: ProfileId, { segment: { definition }, isMember }: MembershipChange, at: Instant): Fact {
  return {
    name: isMember ? 'segment.entered' : 'segment.left',
    profileId,
    at,
    eventId: `segment:${definition.id}:${profileId}:${at}`,
    properties: { segment: definition.id },
  };
}
