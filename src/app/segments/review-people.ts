import { membershipFact, type Segments } from '../../definitions/segment/in-force.js';
import { type LiveSegment, type MembershipChange, readThrough, reviewPerson } from '../../definitions/segment/review.js';
import type { Fact } from '../../domain/events/fact.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { ConditionFacts } from '../../journey/conditions/condition.js';
import { isIdentified } from '../../journey/conditions/identified.js';
import { askedOf } from '../../knowledge/load.js';
import type { OpenSealed } from '../../knowledge/source.js';
import type { Trx } from '../../store/db.js';
import {
  newestFills,
  readSegmentPeople,
  removeMembers,
  removePlacesOf,
  removeReviews,
  type SegmentFill,
  type SegmentPerson,
  writeMembers,
  writeReviews,
} from '../../store/segments.js';
import { writeWithNext } from '../../store/write-together.js';

/** What came of a look at people. */
export interface Reviewed {
  /** Who came into a segment, or left one, for journeys to hear. */
  readonly facts: readonly Fact[];
}

/** What is in force at an instant. `open`: answers that are encrypted where they are kept; absent: they count as unknown. */
export interface SegmentsAt {
  readonly segments: Segments;
  readonly topics: TopicPolicy;
  readonly at: Instant;
  readonly open?: OpenSealed;
}

/**
 * Looks where these people stand now, writes it, and answers what journeys are to hear of it. The caller has locked their profiles. A
 * person whom the fill of a new definition has not come to yet is put where they belong, and nobody hears of it. Statements: 1, another
 * while a definition is filled, and 1 where something changes.
 */
export async function reviewPeople(trx: Trx, { segments, topics, at, open }: SegmentsAt, ids: readonly ProfileId[]): Promise<Reviewed> {
  const people = await readSegmentPeople(trx, ids, askedOf(segments.needs, at, open));
  const fills = segments.isFilled ? null : await newestFills(trx);
  const looked = people.map((person) => ({ person, ...reviewPerson(segments.live, person.memberOf, factsOf(person, topics, at)) }));
  // They gave way to another profile, or were erased.
  const gone = ids.filter((id) => !people.some((person) => person.id === id));
  const changes = looked.flatMap(({ person, changes }) => changes.map((change) => ({ person, change })));
  await writeWithNext(trx, {
    joined: writeMembers(
      changes.flatMap(({ person, change: { segment, isMember, because } }) =>
        isMember ? [{ segmentId: segment.definition.id, profileId: person.id, version: segment.version, since: at, because }] : [],
      ),
    ),
    left: removeMembers(
      changes.flatMap(({ person, change }) => (change.isMember ? [] : [{ segmentId: change.segment.definition.id, profileId: person.id }])),
    ),
    gone: removePlacesOf(gone),
    due: writeReviews(
      looked.flatMap(({ person, dueAt }) => (dueAt === null || dueAt === person.dueAt ? [] : [{ profileId: person.id, dueAt }])),
    ),
    settled: removeReviews([
      ...looked.flatMap(({ person, dueAt }) => (dueAt === null && person.dueAt !== null ? [person.id] : [])),
      ...gone,
    ]),
  });
  return {
    facts: changes
      .filter(({ person, change }) => isHeard(segments.live, person, change, fills))
      .map(({ person, change }) => membershipFact(person.id, change, at)),
  };
}

/** How far what is in force has been applied to everybody; undefined: nobody has begun. */
export function fillOf({ definition, version }: LiveSegment, fills: readonly SegmentFill[]): SegmentFill | undefined {
  return fills.find((fill) => fill.segmentId === definition.id && fill.version === version);
}

/** What segments may ask of a person. */
export function factsOf({ traits, consents, known, ...ids }: SegmentPerson, topics: TopicPolicy, at: Instant): ConditionFacts {
  return { at, profile: { identified: isIdentified(ids), traits }, cart: null, consents, topics, known, event: {}, messages: {} };
}

/**
 * A new definition moves people although nothing happened to them. Until the fill has passed (`fills` null: all have), journeys do not hear
 * of people who were there before it, unless the publication asked for that. The same holds for segments that ask about a new one.
 */
function isHeard(
  live: readonly LiveSegment[],
  person: SegmentPerson,
  { segment: { definition } }: MembershipChange,
  fills: readonly SegmentFill[] | null,
): boolean {
  if (fills === null) return true;
  const read = readThrough(live, definition.id);
  return live.every((one) => !read.has(one.definition.id) || one.tells === true || hasCome(fillOf(one, fills), person));
}

function hasCome(fill: SegmentFill | undefined, { id, createdAt }: SegmentPerson): boolean {
  return fill !== undefined && (fill.finishedAt !== null || id <= fill.afterId || createdAt > fill.startedAt);
}
