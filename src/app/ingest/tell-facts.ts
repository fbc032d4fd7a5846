import { concernedBy, type Segments } from '../../definitions/segment/in-force.js';
import { open, type Sealed } from '../../domain/keys/sealed.js';
import type { Secrets } from '../../domain/keys/secrets.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { MatchableFact, Matched } from '../../matching/matched.js';
import type { NewInput } from '../../matching/waits.js';
import type { Trx } from '../../store/db.js';
import { writeInputs } from '../../store/entry-inputs.js';
import { writeFacts } from '../../store/facts.js';
import type { Listeners } from '../../store/listeners.js';
import { type ProfileChange, writeProfileChanges } from '../../store/profiles.js';
import { type Writes, writeAsExpected } from '../../store/write-together.js';
import { reviewPeople } from '../segments/review-people.js';
import { type MatchContext, planMatches, readListeners, type ToCome } from './match-facts.js';

/** The facts of one transaction, which has locked the profiles (ascending) and carts concerned. */
export interface Telling {
  readonly facts: readonly MatchableFact[];
  /**
   * How people change with it. No turn of theirs may decide at an instant before these facts: `movedBy` moves their last instant forward.
   */
  readonly people: readonly ProfileChange[];
  /** People who were not there before, or took another profile in: segments look at them even if no fact concerns a segment. */
  readonly newcomers?: readonly ProfileId[];
  /** How many journeys have begun one another up to these facts (`Fact`). Absent: none. */
  readonly depth?: number;
  /** What entries are handed beside the facts. */
  readonly inputs?: readonly NewInput[];
  /**
   * What else goes into the same statement, with what the facts did. It may not write profiles, facts or inputs, and reads none of this.
   */
  readonly writes?: (matched: readonly Matched[]) => Writes;
  /** How many rows some of `writes` must touch; where they touch others, the transaction is run again. */
  readonly expected?: Readonly<Record<string, number>>;
}

/** What telling needs. */
export interface TellContext extends MatchContext {
  readonly segments: { readonly current: () => Segments };
  readonly policies: { readonly current: () => { readonly topics: TopicPolicy } };
  /** Opens answers that are encrypted, for segments that ask about them. Absent: those count as unknown. */
  readonly secret?: Secrets;
}

export interface Told {
  readonly matched: readonly Matched[];
  /** Somebody is to be woken: the caller rings (`notifyRelay`) when all is committed. */
  readonly wakes: boolean;
}

/**
 * The one way in which facts reach journeys: writes them, moves their people on, matches them against triggers and waits, and hands entries
 * what is theirs. Statements: two that read who listens, one where a trigger matches, and one for all writes, which goes with the
 * transaction's next statement, its commit at the latest; if a segment asks about
 * these facts, those of `reviewPeople`, and one more if somebody came into a segment or left one.
 */
export async function tellFacts(trx: Trx, context: TellContext, telling: Telling): Promise<Told> {
  const { depth, newcomers = [] } = telling;
  const concerned = whomSegmentsConcern(context, telling);
  const at = context.clock.now();
  const moved = concerned.filter((id) => !newcomers.includes(id)).map((id) => ({ id, lastInstant: at }));
  const listeners = telling.facts.length === 0 ? null : await readListeners(trx, telling.facts, placesOf(concerned));
  const facts = atDepth(telling.facts, depth);
  const told = await tellJourneys(trx, context, { ...telling, facts, people: [...telling.people, ...moved] }, listeners);
  if (concerned.length === 0) return told;
  const after = await reviewAndTell(trx, context, concerned, { known: listeners, depth, at, moved: new Set(moved.map(({ id }) => id)) });
  return { ...told, matched: [...told.matched, ...after.matched], wakes: told.wakes || after.wakes };
}

interface Looking {
  /** Who listens to what comes of it, where that was read before in this transaction. */
  readonly known?: Listeners | null;
  /** Of what brought it about. */
  readonly depth?: number | undefined;
  /** Absent: now. */
  readonly at?: Instant;
  /** People who were moved on to that instant with what brought it about: a row that is written twice costs twice. */
  readonly moved?: ReadonlySet<ProfileId>;
}

/** Looks where these people stand in segments, and tells journeys who came into one or left one. Their profiles are locked. */
export async function reviewAndTell(
  trx: Trx,
  context: TellContext,
  ids: readonly ProfileId[],
  { known = null, depth, at = context.clock.now(), moved = new Set() }: Looking = {},
): Promise<Told> {
  const { segments, policies, secret } = context;
  const asked = { segments: segments.current(), topics: policies.current().topics, at };
  const opener = secret === undefined ? {} : { open: (name: string, sealed: Sealed) => open(secret, name, sealed) };
  const { facts } = await reviewPeople(trx, { ...asked, ...opener }, ids);
  if (facts.length === 0) return { matched: [], wakes: false };
  const heard = atDepth(
    facts.map((fact) => ({ fact, trigger: true })),
    depth,
  );
  const listeners = known ?? (await readListeners(trx, heard, nothingToCome));
  const people = movedBy(heard).filter(({ id }) => !moved.has(id));
  return tellJourneys(trx, context, { facts: heard, people }, listeners);
}

/** People whose membership of a segment may have changed. Nobody, and no statement, if no segment asks about these facts. */
function whomSegmentsConcern({ segments }: TellContext, { facts, people, newcomers = [] }: Telling): readonly ProfileId[] {
  const changed = people.flatMap(({ id, person }) => (person === undefined ? [] : [id]));
  return concernedBy(segments.current(), { facts: facts.map(({ fact }) => fact), changed, newcomers });
}

function atDepth(facts: readonly MatchableFact[], depth: number | undefined): readonly MatchableFact[] {
  return depth === undefined ? facts : facts.map((one) => ({ ...one, fact: { ...one.fact, depth } }));
}

const nothingToCome: ToCome = { names: [], profiles: [] };

/** What may be told of these people when they have been looked at. */
function placesOf(concerned: readonly ProfileId[]): ToCome {
  return concerned.length === 0 ? nothingToCome : { names: ['segment.entered', 'segment.left'], profiles: concerned };
}

async function tellJourneys(
  trx: Trx,
  context: MatchContext,
  { facts, people, inputs = [], writes, expected = {} }: Telling,
  listeners: Listeners | null,
): Promise<Told> {
  const { matched, inputs: heard, writes: planned } = await planMatches(trx, facts, listeners ?? { waits: [], journeys: [] }, context);
  const all: Writes = {
    ...writes?.(matched),
    profiles: writeProfileChanges(oneEach(people)),
    facts: writeFacts(facts.map(({ fact }) => fact)),
    inputs: writeInputs([...inputs, ...heard], context.clock.now()),
    ...planned,
  };
  await writeAsExpected(trx, all, expected);
  return { matched, wakes: matched.some(({ result }) => waking.has(result)) };
}

const waking: ReadonlySet<Matched['result']> = new Set(['armed', 'entered', 'input']);

/** The people of these facts, with their last instant moved forward to the newest fact. */
export function movedBy(facts: readonly { readonly fact: MatchableFact['fact'] }[]): readonly ProfileChange[] {
  return facts.map(({ fact: { profileId, at } }) => ({ id: profileId, lastInstant: at }));
}

/** One statement changes a row once. */
function oneEach(people: readonly ProfileChange[]): readonly ProfileChange[] {
  const changes = new Map<string, ProfileChange>();
  for (const change of people) {
    const known = changes.get(change.id);
    const lastInstant = Math.max(known?.lastInstant ?? change.lastInstant, change.lastInstant);
    changes.set(change.id, { ...known, ...change, lastInstant });
  }
  return [...changes.values()];
}
