import { concernedBy, membershipFact } from '../../definitions/segment/in-force.js';
import { type LiveSegment, reviewPerson } from '../../definitions/segment/review.js';
import type { Fact } from '../../domain/events/fact.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { ConditionFacts } from '../../journey/conditions/condition.js';
import { isIdentified } from '../../journey/conditions/identified.js';
import { askedOf, knownInMemory } from '../../knowledge/load.js';
import type { MatchableFact, Matched } from '../../matching/matched.js';
import { matchFacts } from './match.js';
import type { IngestNeeds } from './needs.js';
import type { Tables } from './tables.js';

export type TellNeeds = Pick<IngestNeeds, 'policies' | 'newId' | 'newEntryId'>;

/** What happened, and when the world heard of it. */
interface Telling {
  readonly facts: readonly MatchableFact[];
  readonly at: Instant;
  /** People of whom something is known that was not known before; new ones among them. */
  readonly changed?: readonly ProfileId[];
  readonly newcomers?: readonly ProfileId[];
  /** As in `Fact`. */
  readonly depth?: number;
}

/** The one way in which facts reach journeys: they are matched, then people are looked at whose place in a segment may be another. */
export function tellFacts(
  tables: Tables,
  needs: TellNeeds,
  { facts: told, at, changed = [], newcomers = [], depth }: Telling,
): readonly Matched[] {
  const facts = depth === undefined ? told : told.map((one) => ({ ...one, fact: { ...one.fact, depth } }));
  const matched = matchFacts(tables, needs, facts);
  const happened = { facts: facts.map(({ fact }) => fact), changed, newcomers };
  return [...matched, ...reviewAndTell(tables, needs, concernedBy(tables.segments.inForce, happened), at, depth)];
}

/** When somebody is next to be looked at, although nothing happens; null: never. */
export function nextReview(tables: Tables): Instant | null {
  return tables.segments.nextDue();
}

/** Looks at people whose place changes by time alone. */
export function reviewDue(tables: Tables, needs: TellNeeds, at: Instant): readonly Matched[] {
  return reviewAndTell(tables, needs, tables.segments.dueBy(at), at);
}

/** These segments are in force from now on, and filled: nobody hears of it. */
export function putInForce(tables: Tables, needs: Pick<TellNeeds, 'policies'>, live: readonly LiveSegment[], at: Instant): void {
  tables.segments.putInForce(live);
  for (const id of tables.profiles.keys()) review(tables, needs.policies.current().topics, id, at);
}

function reviewAndTell(tables: Tables, needs: TellNeeds, ids: readonly ProfileId[], at: Instant, depth?: number): readonly Matched[] {
  const { topics } = needs.policies.current();
  const facts = ids.flatMap((id) => review(tables, topics, id, at));
  if (facts.length === 0) return [];
  tables.facts.push(...facts);
  for (const { profileId } of facts) tables.movePerson(profileId, at);
  return matchFacts(
    tables,
    needs,
    facts.map((fact) => ({ fact: depth === undefined ? fact : { ...fact, depth }, trigger: true })),
  );
}

/** Where the person stands now is written down; answers what journeys hear of it. */
function review(tables: Tables, topics: TopicPolicy, id: ProfileId, at: Instant): readonly Fact[] {
  const facts = factsOf(tables, topics, id, at);
  const before = tables.segments.placesOf(id);
  if (facts === null) {
    tables.segments.write(id, new Map(), null);
    return [];
  }
  const { changes, dueAt } = reviewPerson(tables.segments.inForce.live, before, facts);
  const after = new Map(before);
  for (const { segment, isMember } of changes) {
    if (isMember) after.set(segment.definition.id, at);
    else after.delete(segment.definition.id);
  }
  tables.segments.write(id, after, dueAt);
  return changes.map((change) => membershipFact(id, change, at));
}

/** What segments may ask of a person; null: there is no such person any more. */
function factsOf(tables: Tables, topics: TopicPolicy, id: ProfileId, at: Instant): ConditionFacts | null {
  const profile = tables.profiles.get(id);
  if (profile === undefined) return null;
  const userId = tables.identities.where('profile', id).find(({ kind }) => kind === 'user')?.value ?? null;
  return {
    at,
    profile: { identified: isIdentified({ ...profile, userId }), traits: profile.traits },
    cart: null,
    consents: tables.consents.where('profile', id),
    topics,
    // What others did who share an address is not theirs here.
    known: knownInMemory(askedOf(tables.segments.inForce.needs, at), { tables, entryId: null, profileId: id, sharers: [] }),
    event: {},
    messages: {},
  };
}
