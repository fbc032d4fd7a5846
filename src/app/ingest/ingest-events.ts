import { type Fields, noFields } from '../../domain/answers/field.js';
import { sealSpecial } from '../../domain/answers/seal-special.js';
import { type IncomingEvent, type RejectedEvent, refuse } from '../../domain/events/incoming.js';
import type { IdentityPlan, Meeting } from '../../domain/people/identity.js';
import type { Profile } from '../../domain/people/profile.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { keptPayload } from '../../domain/values/kept-payload.js';
import type { Matched } from '../../matching/matched.js';
import { Projection, type SettledPeople } from '../../projection/projection.js';
import { readEvent, type Understood } from '../../projection/read-event.js';
import { letterSource } from '../../sources/letter-source.js';
import { removeTakenBack, writeAnswers } from '../../store/answers.js';
import { writeCarts, writeCartTokens } from '../../store/carts.js';
import { writeClaims } from '../../store/claims.js';
import { writeConsents } from '../../store/consents.js';
import type { Trx } from '../../store/db.js';
import { type DeadLetter, writeDeadLetters } from '../../store/dead-letters.js';
import { type NewEvent, writeEvents } from '../../store/events.js';
import { writeIdentities } from '../../store/identities.js';
import { writeKeyActs } from '../../store/key-acts.js';
import { writeOrders } from '../../store/orders.js';
import { changeOf, writeNewProfiles } from '../../store/profiles.js';
import { writeServiceRecords } from '../../store/service-records.js';
import { writeSuspectIds } from '../../store/suspect-ids.js';
import { StaleRead, type Writes, writeAsExpected, writeTogether } from '../../store/write-together.js';
import { flagWrites } from '../answers/flag-values.js';
import type { AppDeps } from '../deps.js';
import { joinStoredCarts } from './join-carts.js';
import { budgetsOf, type Spending } from './key-budgets.js';
import { reportKeys } from './key-reports.js';
import { settlePeople } from './settle-people.js';
import { tellFacts } from './tell-facts.js';
import type { Fresh } from './told-twice.js';

export type IngestDeps = Pick<
  AppDeps,
  | 'store'
  | 'clock'
  | 'newId'
  | 'notifyRelay'
  | 'policies'
  | 'segments'
  | 'secret'
  | 'keyLimits'
  | 'log'
  | 'metrics'
  | 'shop'
  | 'placeholderIds'
  | 'fields'
>;

export interface IngestResult {
  readonly stored: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
  /** Events that were not taken, because their key has used up what it may bring about in an hour: to be sent again later. */
  readonly overBudget: number;
}

/** Events of one request that are stored together. More would hold their profiles for longer than a turn likes to wait. */
const chunkSize = 50;

/** Values of special fields are encrypted before anything reads or keeps them. */
export function withoutSpecial<One extends IncomingEvent | RejectedEvent>({ secret, fields }: IngestDeps, one: One): One {
  const declared = fields?.current();
  return declared === undefined ? one : sealSpecial(secret, declared, one);
}

/** A part of one request. */
export interface IngestChunk {
  readonly events: readonly Understood[];
  readonly letters: readonly DeadLetter[];
}

/**
 * Takes a client's events: each is stored once, projected, matched. Returns after everything is committed, so that the client may forget
 * them. Fifty events at a time are one transaction; a client that sends the whole batch again meets only duplicates. Statements for a batch
 * about one person: 5, and 1 more where a trigger matches. `store`: what puts a chunk into the store, where it is not a transaction of its
 * own (`combineIngest`).
 */
export async function ingestEvents(
  deps: IngestDeps,
  incoming: readonly IncomingEvent[],
  rejected: readonly RejectedEvent[],
  store: (chunk: IngestChunk) => Promise<IngestResult> = (chunk) => storeChunk(deps, chunk),
): Promise<IngestResult> {
  const readings = incoming.map((one) => readEvent(deps, withoutSpecial(deps, one)));
  const understood = readings.filter((reading) => reading.kind === 'understood');
  const refused = [
    ...rejected.map((one) => withoutSpecial(deps, one)),
    ...readings.flatMap((reading) => (reading.kind === 'refused' ? [reading.rejected] : [])),
  ];
  const letters = refused.map((one) => letterOf(deps, one));

  const results: IngestResult[] = [{ stored: 0, duplicates: 0, rejected: refused, overBudget: 0 }];
  for (let start = 0; start === 0 || start < understood.length; start += chunkSize) {
    const chunk = { events: understood.slice(start, start + chunkSize), letters: start === 0 ? letters : [] };
    if (chunk.events.length > 0 || chunk.letters.length > 0) results.push(await store(chunk));
  }
  return sumOf(results);
}

/**
 * Chunks of several requests as one transaction: with many small requests most of the cost is in the statements and the commit, which they
 * share. All are stored or none. Returns the result of each chunk.
 */
export async function storeTogether(deps: IngestDeps, chunks: readonly IngestChunk[]): Promise<readonly IngestResult[]> {
  const events = chunks.flatMap((chunk) => chunk.events);
  const letters = chunks.flatMap((chunk) => chunk.letters);
  const { fresh, wakes, over, spent, told, notes } = await deps.store.transaction((trx) => ingestTogether(deps, trx, events, letters));
  if (spent.size > 0) budgetsOf(deps).spend(spent);
  reportKeys(deps, told, notes, letters);
  if (wakes) deps.notifyRelay();
  return chunks.map((chunk) => {
    const stored = chunk.events.filter((event) => fresh.has(event)).length;
    const overBudget = chunk.events.filter((event) => over.has(event)).length;
    return { stored, duplicates: chunk.events.length - stored - overBudget, rejected: [], overBudget };
  });
}

/** One transaction; where the store cannot hold one of the events, one for each, so that it goes to the dead letters alone. */
export async function storeChunk(deps: IngestDeps, chunk: IngestChunk): Promise<IngestResult> {
  try {
    return sumOf(await storeTogether(deps, [chunk]));
  } catch (error) {
    const code = refusedByStore(error);
    const [only, ...others] = chunk.events;
    if (code === null || only === undefined) throw error;
    if (others.length === 0 && chunk.letters.length === 0) return keepUnstorable(deps, only, code);
    const results = [await storeChunk(deps, { events: [], letters: chunk.letters })];
    for (const event of chunk.events) results.push(await storeChunk(deps, { events: [event], letters: [] }));
    return sumOf(results);
  }
}

async function keepUnstorable(deps: IngestDeps, { incoming }: Understood, code: string): Promise<IngestResult> {
  const { rejected } = refuse(
    incoming,
    'not-storable',
    `The store cannot hold a value of this event (${code}): look for NUL characters and very large numbers.`,
  );
  await storeTogether(deps, [{ events: [], letters: [letterOf(deps, rejected)] }]);
  return { stored: 0, duplicates: 0, rejected: [rejected], overBudget: 0 };
}

function sumOf(results: readonly IngestResult[]): IngestResult {
  return {
    stored: results.reduce((sum, { stored }) => sum + stored, 0),
    duplicates: results.reduce((sum, { duplicates }) => sum + duplicates, 0),
    rejected: results.flatMap(({ rejected }) => rejected),
    overBudget: results.reduce((sum, { overBudget }) => sum + overBudget, 0),
  };
}

/** Codes of PostgreSQL about the values themselves (out of range, too long for an index, missing): trying again cannot help. */
function refusedByStore(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^(22|54)...$|^235(02|14)$/.test(error.code) ? error.code : null;
}

function letterOf(deps: IngestDeps, rejected: RejectedEvent): DeadLetter {
  const { origin, source, ...letter } = rejected;
  return { ...letter, payload: keptPayload(letter.payload), id: deps.newId(), source: letterSource(source, origin) };
}

/**
 * Takes one event inside the caller's transaction, and keeps no dead letter of it: for one that is kept already. `stored` when it is stored
 * now or was before.
 */
export async function ingestInside(
  deps: IngestDeps,
  trx: Trx,
  incoming: IncomingEvent,
): Promise<{ readonly kind: 'stored'; readonly wakes: boolean } | { readonly kind: 'refused'; readonly rejected: RejectedEvent }> {
  const reading = readEvent(deps, withoutSpecial(deps, incoming));
  if (reading.kind === 'refused') return reading;
  const { wakes, over } = await ingestTogether(deps, trx, [reading], []);
  if (over.size > 0) return refuse(incoming, 'key-budget', 'The write key has used up its hourly budget: try again in the next hour.');
  return { kind: 'stored', wakes };
}

// ── one transaction ──

interface Ingested {
  readonly fresh: ReadonlySet<Understood>;
  readonly wakes: boolean;
  /** What was left out, because its key has used up its budget. */
  readonly over: ReadonlySet<Understood>;
  readonly spent: Spending;
  /** What was stored, and what is noted of it. */
  readonly told: readonly Understood[];
  readonly notes: readonly Matched[];
}

async function ingestTogether(deps: IngestDeps, trx: Trx, chunk: readonly Understood[], letters: readonly DeadLetter[]): Promise<Ingested> {
  if (chunk.length === 0) {
    await writeTogether(trx, { letters: writeDeadLetters(letters) });
    return { fresh: new Set(), wakes: false, over: new Set(), spent: new Map(), told: [], notes: [] };
  }
  const settled = await settlePeople(deps, trx, chunk);
  const { fresh } = settled;
  if ([...settled.carts, ...settled.orders, ...settled.records].some(({ profileId }) => !settled.profiles.has(profileId)))
    throw new StaleRead('A cart, an order or a ticket moved to another profile meanwhile.');
  const { projection, matched, wakes } = await projectAndTell(deps, trx, settled, letters);
  return {
    fresh: new Set(fresh.map(({ came }) => came)),
    over: settled.over,
    spent: withStarted(settled.spent, fresh, matched),
    told: fresh.map(({ reading }) => reading),
    notes: projection.notes,
    wakes,
  };
}

/** New events and whom they are about, locked. */
export interface Settled extends Omit<SettledPeople, 'isSpent'> {
  readonly fresh: readonly Fresh[];
  readonly suspects: Parameters<typeof writeSuspectIds>[0];
}

/** What the events make of their people, written and told to journeys. `depth`: as in `Fact`. */
export async function projectAndTell(
  deps: IngestDeps,
  trx: Trx,
  settled: Settled,
  letters: readonly DeadLetter[],
  depth?: number,
): Promise<{ readonly projection: Projection; readonly matched: readonly Matched[]; readonly wakes: boolean }> {
  const { fresh, plan } = settled;
  const projection = new Projection(deps, { ...settled, isSpent: (keyId) => isSpent(deps, keyId) });
  for (const { reading, meeting } of inOrderOfTime(fresh, plan)) projection.take(reading, meeting);
  const created = new Set(plan.created);
  const people = [...projection.profiles.values()];
  const newcomers = people.filter(({ id }) => created.has(id));
  const known = people.filter(({ id }) => !created.has(id)).map(changeOf);
  const fields = deps.fields?.current() ?? noFields;
  const projected = projectionWrites(projection, plan, newcomers, letters, settled.suspects, fields);
  // Entries of carts that were joined are moved before they are matched, and what they point to is written before that.
  const carriesOn = projection.carts.joined.length > 0;
  if (carriesOn) {
    await writeAsExpected(trx, projected.writes, projected.expected);
    await joinStoredCarts(trx, projection.carts.joined, deps.clock.now());
  }
  const { matched, wakes } = await tellFacts(trx, deps, {
    facts: projection.facts,
    ...(depth === undefined ? {} : { depth }),
    people: known,
    newcomers: [...created, ...plan.merges.flatMap(({ from, into }) => [from, into])],
    expected: { ...(carriesOn ? {} : projected.expected), events: fresh.length },
    writes: (matched) => {
      const told = byEvent([...projection.notes, ...matched]);
      const events = fresh.map(({ reading }, index) => newEvent(reading, plan.profileIds[index] as ProfileId, told));
      return { ...(carriesOn ? {} : projected.writes), events: writeEvents(events) };
    },
  });
  return { projection, matched, wakes };
}

/** Whether a browser key may start nothing more in this hour. */
function isSpent(deps: IngestDeps, keyId: string): boolean {
  const keys = budgetsOf(deps);
  if (keys.left(keyId, 'messages') > 0) return false;
  keys.alarm(keyId, 'messages');
  return true;
}

/** What events of browser keys began, which may become messages. */
function withStarted(spent: Spending, fresh: readonly Fresh[], matched: readonly Matched[]): Spending {
  const all = new Map(spent);
  const keys = new Map(fresh.map(({ reading }) => [reading.event.messageId, reading.incoming.speaker]));
  for (const { eventId, result } of matched) {
    const speaker = keys.get(eventId);
    if (speaker?.kind !== 'browser' || speaker.keyId === null || (result !== 'armed' && result !== 'entered')) continue;
    const used = all.get(speaker.keyId);
    all.set(speaker.keyId, { ...used, messages: (used?.messages ?? 0) + 1 });
  }
  return all;
}

function inOrderOfTime(fresh: readonly Fresh[], plan: IdentityPlan) {
  return fresh
    .map(({ reading }, index) => ({ reading, meeting: plan.meetings[index] as Meeting }))
    .sort((a, b) => a.reading.event.occurredAt - b.reading.event.occurredAt);
}

/**
 * Parts of one statement, and how many rows some of them must touch if nobody else came between: ids, tokens and events are not locked
 * before they are there, so another transaction may have taken one meanwhile.
 */
interface PlannedWrites {
  readonly writes: Writes;
  readonly expected: Readonly<Record<string, number>>;
}

function projectionWrites(
  projection: Projection,
  plan: IdentityPlan,
  created: readonly Profile[],
  letters: readonly DeadLetter[],
  suspects: Parameters<typeof writeSuspectIds>[0],
  fields: Fields,
): PlannedWrites {
  const tokens = projection.carts.tokensToWrite();
  const orders = projection.orders.toWrite();
  const records = projection.records.toWrite();
  return {
    writes: {
      new_profiles: writeNewProfiles(created),
      identities: writeIdentities(plan.changes),
      carts: writeCarts(projection.carts.toWrite()),
      tokens: writeCartTokens(tokens),
      ...writeOrders(orders),
      records: writeServiceRecords(records),
      consents: writeConsents(projection.consents),
      claims: writeClaims(projection.claims),
      answers: writeAnswers(projection.answers),
      taken_back: removeTakenBack(projection.answers, fields),
      ...flagWrites(fields, [...projection.profiles.values()], projection.answers),
      acts: writeKeyActs(projection.acts.list),
      letters: writeDeadLetters(letters),
      suspects: writeSuspectIds(suspects),
    },
    expected: { identities: plan.changes.length, tokens: tokens.length, orders: orders.length, records: records.length },
  };
}

function byEvent(matched: readonly Matched[]): ReadonlyMap<string, readonly Matched[]> {
  const grouped = new Map<string, Matched[]>();
  for (const match of matched) {
    const known = grouped.get(match.eventId);
    if (known === undefined) grouped.set(match.eventId, [match]);
    else known.push(match);
  }
  return grouped;
}

function newEvent({ event, incoming, toldId }: Understood, profileId: ProfileId, told: ReadonlyMap<string, readonly Matched[]>): NewEvent {
  const { messageId, type, name, occurredAt, receivedAt, origin } = event;
  const matched = told.get(messageId) ?? [];
  return {
    messageId,
    profileId,
    type,
    name,
    occurredAt,
    receivedAt,
    origin,
    payload: incoming.payload,
    source: incoming.source,
    matched,
    keyId: incoming.speaker.keyId,
    toldId: toldId ?? null,
  };
}
