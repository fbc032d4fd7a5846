import type { RawBuilder } from 'kysely';
import { applyToCarts, joinWithinMs, joinSharing, type KeptCart } from '../domain/cart-book.js';
import { type CommerceEvent, readCommerceEvent } from '../domain/commerce-events.js';
import { isRefusal } from '../domain/consent.js';
import { type ConsentTold, consentsTrait, readConsentEvent, readConsentTraits } from '../domain/consent-events.js';
import { refuseConsent } from '../domain/consent-refusal.js';
import { deriveFacts } from '../domain/derive-facts.js';
import { admitConsent } from '../domain/double-opt-in.js';
import { mayProfile } from '../domain/engagement/facts.js';
import { shopSignal } from '../domain/engagement/shop-signals.js';
import { noEngagement, recordSignal, withoutSignals } from '../domain/engagement/state.js';
import { mayTrigger, type ShopEvent } from '../domain/event.js';
import type { Fact } from '../domain/fact.js';
import { identitiesOf, type IdentityPlan, planIdentities } from '../domain/identity.js';
import type { CartId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { mergeTraits, type Profile } from '../domain/profile.js';
import type { TopicPolicy } from '../domain/policy/topic-policy.js';
import { seenZoneTraits } from '../domain/zone-evidence.js';
import { lockCarts, writeCarts, writeCartTokens } from '../store/carts.js';
import { type ConsentAct, writeConsents } from '../store/consents.js';
import type { Trx } from '../store/db.js';
import { type DeadLetter, writeDeadLetters } from '../store/dead-letters.js';
import { type NewEvent, writeEvents } from '../store/events.js';
import { writeFacts } from '../store/facts.js';
import { writeIdentities } from '../store/identities.js';
import { lockNamed, readIngestSnapshot } from '../store/ingest-snapshot.js';
import { type OrderChange, writeOrders } from '../store/orders.js';
import { type ChangedProfile, writeNewProfiles, writeProfiles } from '../store/profiles.js';
import { StaleRead, writeTogether } from '../store/write-together.js';
import { contactPoints } from './contact-points.js';
import type { AppDeps } from './deps.js';
import { joinStoredCarts } from './join-carts.js';
import { type Matched, planMatches } from './match-facts.js';
import { mergeProfiles } from './merge-profiles.js';

export type IngestDeps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies'>;

/** An event as it was understood, with what the client sent. */
export interface IncomingEvent {
  readonly event: ShopEvent;
  readonly payload: unknown;
  /** Codes about the event itself, told by `event show`: `clock-ahead`. */
  readonly notes: readonly string[];
}

/** What could not be understood, and why. */
export interface RejectedEvent {
  /** A code. */
  readonly reason: string;
  /** A sentence naming the property, never its value. */
  readonly detail: string;
  readonly payload: unknown;
  readonly receivedAt: Instant;
  readonly origin: ShopEvent['origin'];
}

export interface IngestResult {
  readonly stored: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
}

/** Where a dead letter came in, which is how it is read again. */
export const deadLetterSources = { live: 'segment', import: 'segment-import' } as const;

/** Events of one request that are stored together. More would hold their profiles for longer than a turn likes to wait. */
const chunkSize = 50;

/** A part of one request. */
export interface IngestChunk {
  readonly events: readonly Understood[];
  readonly letters: readonly DeadLetter[];
}

/**
 * Takes a client's events: each is stored once, projected, matched. Answers when all is committed, so that a client may forget them.
 * Fifty events at a time are one transaction; a client that sends the whole batch again meets only duplicates. Statements for a batch about one person:
 * 5, and 1 more where a trigger matches. `store`: what puts a chunk into the store, where it is not a transaction of its own (`combineIngest`).
 */
export async function ingestEvents(
  deps: IngestDeps,
  incoming: readonly IncomingEvent[],
  rejected: readonly RejectedEvent[],
  store: (chunk: IngestChunk) => Promise<IngestResult> = (chunk) => storeChunk(deps, chunk),
): Promise<IngestResult> {
  const readings = incoming.map((one) => readEvent(deps, one));
  const understood = readings.filter((reading) => reading.kind === 'understood');
  const refused = [...rejected, ...readings.flatMap((reading) => (reading.kind === 'refused' ? [reading.rejected] : []))];
  const letters = refused.map((one) => letterOf(deps, one));

  const results: IngestResult[] = [{ stored: 0, duplicates: 0, rejected: refused }];
  for (let start = 0; start === 0 || start < understood.length; start += chunkSize) {
    const chunk = { events: understood.slice(start, start + chunkSize), letters: start === 0 ? letters : [] };
    if (chunk.events.length > 0 || chunk.letters.length > 0) results.push(await store(chunk));
  }
  return sumOf(results);
}

/**
 * Chunks of several requests as one transaction: with many small requests most of the cost is in the statements and the commit, which they share. All are
 * stored or none. Answers for each chunk what became of it.
 */
export async function storeTogether(deps: IngestDeps, chunks: readonly IngestChunk[]): Promise<readonly IngestResult[]> {
  const events = chunks.flatMap((chunk) => chunk.events);
  const letters = chunks.flatMap((chunk) => chunk.letters);
  const { fresh, wakes } = await deps.store.transaction((trx) => ingestTogether(deps, trx, events, letters));
  if (wakes) deps.notifyRelay();
  return chunks.map((chunk) => {
    const stored = chunk.events.filter((event) => fresh.has(event)).length;
    return { stored, duplicates: chunk.events.length - stored, rejected: [] };
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
  const { rejected } = refuse(incoming, 'not-storable', `The store cannot hold this event (${code}).`);
  await storeTogether(deps, [{ events: [], letters: [letterOf(deps, rejected)] }]);
  return { stored: 0, duplicates: 0, rejected: [rejected] };
}

function sumOf(results: readonly IngestResult[]): IngestResult {
  return {
    stored: results.reduce((sum, { stored }) => sum + stored, 0),
    duplicates: results.reduce((sum, { duplicates }) => sum + duplicates, 0),
    rejected: results.flatMap(({ rejected }) => rejected),
  };
}

/** Codes of PostgreSQL about the values themselves (out of range, too long for an index, missing): trying again cannot help. */
function refusedByStore(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^(22|54)...$|^235(02|14)$/.test(error.code) ? error.code : null;
}

function letterOf(deps: IngestDeps, rejected: RejectedEvent): DeadLetter {
  const { origin, ...letter } = rejected;
  return { ...letter, id: deps.newId(), source: deadLetterSources[origin] };
}

/**
 * Takes one event inside the caller's transaction, and keeps no dead letter of it: for one that is kept already. `stored` when it is stored now or was before.
 */
export async function ingestInside(
  deps: IngestDeps,
  trx: Trx,
  incoming: IncomingEvent,
): Promise<{ readonly kind: 'stored'; readonly wakes: boolean } | { readonly kind: 'refused'; readonly rejected: RejectedEvent }> {
  const reading = readEvent(deps, incoming);
  if (reading.kind === 'refused') return reading;
  const { wakes } = await ingestTogether(deps, trx, [reading], []);
  return { kind: 'stored', wakes };
}

// ── reading ──

/** An event and what it means in commerce or consent. */
export interface Understood {
  readonly kind: 'understood';
  readonly incoming: IncomingEvent;
  readonly event: ShopEvent;
  readonly commerce: CommerceEvent | null;
  readonly consents: readonly ConsentTold[];
}

/** What the event means in commerce or consent; an event of the spec that says it wrongly goes to the dead letters. */
function readEvent(
  deps: Pick<IngestDeps, 'policies'>,
  incoming: IncomingEvent,
): Understood | { readonly kind: 'refused'; readonly rejected: RejectedEvent } {
  const { event } = incoming;
  const plain: Understood = { kind: 'understood', incoming, event, commerce: null, consents: [] };
  const consent = readConsent(incoming);
  if (consent.kind === 'problem') return refuse(incoming, 'invalid-consent-event', consent.problem);
  if (consent.kind === 'consent') return withConsents(plain, consent.told, deps.policies.current().topics);
  if (event.type !== 'track' || event.name === null) return plain;
  const commerce = readCommerceEvent(event.name, event.properties);
  if (commerce.kind === 'problem') return refuse(incoming, 'invalid-commerce-event', commerce.problem);
  return commerce.kind === 'commerce' ? { ...plain, commerce: commerce.event } : plain;
}

function readConsent({ event, payload }: IncomingEvent) {
  if (event.type === 'identify') return readConsentTraits(event.traits);
  return readConsentEvent(event.type === 'track' ? (event.name ?? '') : '', event.properties, contextOf(payload));
}

/** A yes that cannot be recorded goes to the dead letters with its event. Where a no stands beside it the event is taken without it: a no waits for nobody. */
function withConsents(plain: Understood, told: readonly ConsentTold[], topics: TopicPolicy) {
  const [refusal] = told.flatMap(({ said }) => refuseConsent(said, topics) ?? []);
  if (refusal === undefined) return { ...plain, consents: told };
  const { incoming } = plain;
  if (!told.some(({ said }) => isRefusal(said.state))) return refuse(incoming, 'invalid-consent-event', refusal.problem);
  const consents = told.filter(({ said }) => refuseConsent(said, topics) === null);
  return { ...plain, incoming: { ...incoming, notes: [...incoming.notes, `consent-${refusal.code}`] }, consents };
}

/** Segment's `context` of an event, as the client sent it. */
function contextOf(payload: unknown): Readonly<Record<string, unknown>> {
  const context = isRecord(payload) ? payload['context'] : null;
  return isRecord(context) ? context : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(incoming: IncomingEvent, reason: string, detail: string) {
  const { receivedAt, origin } = incoming.event;
  return { kind: 'refused', rejected: { reason, detail, payload: incoming.payload, receivedAt, origin } } as const;
}

// ── one transaction ──

async function ingestTogether(
  deps: IngestDeps,
  trx: Trx,
  chunk: readonly Understood[],
  letters: readonly DeadLetter[],
): Promise<{ readonly fresh: ReadonlySet<Understood>; readonly wakes: boolean }> {
  if (chunk.length === 0) {
    await writeTogether(trx, { letters: writeDeadLetters(letters) });
    return { fresh: new Set(), wakes: false };
  }
  const { fresh, plan, profiles, carts } = await settlePeople(deps, trx, chunk);
  const projection = new Projection(deps, plan, profiles, carts);
  for (const { reading, profileId } of inOrderOfTime(fresh, plan)) projection.take(reading, profileId);
  const projected = projectionWrites(projection, plan, letters);
  // Entries of carts that were joined are moved before they are matched, and what they point to is written before that.
  const carriesOn = projection.joined.length > 0;
  if (carriesOn) {
    await writeAsPlanned(trx, projected);
    await joinStoredCarts(trx, projection.joined, deps.clock.now());
  }
  const { matched, writes } = await planMatches(trx, projection.facts, deps);
  const told = byEvent([...projection.notes, ...matched]);
  const events = fresh.map((reading, index) => newEvent(reading, plan.profileIds[index] as ProfileId, told));
  await writeAsPlanned(trx, {
    writes: { ...(carriesOn ? {} : projected.writes), ...writes, events: writeEvents(events) },
    expected: { ...(carriesOn ? {} : projected.expected), events: events.length },
  });
  return { fresh: new Set(fresh), wakes: matched.some(({ result }) => result === 'armed' || result === 'entered' || result === 'input') };
}

/** Locks whom the events are about, drops the events that are stored already, and merges those who turn out to be one person. */
async function settlePeople(deps: IngestDeps, trx: Trx, chunk: readonly Understood[]) {
  const named = { identities: chunk.flatMap(({ event }) => identitiesOf(event)), tokens: [...new Set(chunk.flatMap(tokensOf))] };
  const profiles = new Map((await lockNamed(trx, named)).map((profile) => [profile.id, profile]));
  const cartsSince = chunk.reduce((first, { event }) => Math.min(first, event.occurredAt), Number.MAX_SAFE_INTEGER) - joinWithinMs;
  const known = await readIngestSnapshot(trx, {
    ...named,
    profiles: [...profiles.keys()],
    messageIds: chunk.map(({ event }) => event.messageId),
    cartsSince: chunk.some(speaksOfCart) ? cartsSince : null,
  });
  for (const { profileId } of known.identities)
    if (!profiles.has(profileId)) throw new StaleRead('An identity moved to another profile meanwhile.');

  const fresh = withoutDuplicates(chunk, known.storedEvents);
  const plan = planIdentities(
    fresh.map(({ event }) => event),
    known,
    () => deps.newId() as ProfileId,
  );
  for (const { from, into } of plan.merges) {
    const [leaving, staying] = [profiles.get(from), profiles.get(into)];
    if (leaving === undefined || staying === undefined)
      throw new Error(`Profile ${from} cannot be merged into ${into}: one of them is not locked.`);
    profiles.set(into, await mergeProfiles(trx, leaving, staying, deps.clock.now(), deps.policies.current().engagement));
    profiles.delete(from);
  }
  // A merge moves carts, and lets two of one person be joined.
  const carts =
    plan.merges.length === 0
      ? known.carts
      : await lockCarts(trx, { tokens: named.tokens, profiles: [...profiles.keys()], activeSince: cartsSince });
  return { fresh, plan, profiles, carts };
}

function withoutDuplicates(chunk: readonly Understood[], stored: ReadonlySet<string>): readonly Understood[] {
  const seen = new Set(stored);
  return chunk.filter(({ event }) => {
    if (seen.has(event.messageId)) return false;
    seen.add(event.messageId);
    return true;
  });
}

function speaksOfCart({ commerce }: Understood): boolean {
  return commerce !== null && commerce.kind !== 'product-viewed';
}

function tokensOf({ commerce }: Understood): readonly string[] {
  if (commerce === null || commerce.kind === 'product-viewed' || commerce.tokens.token === null) return [];
  return [commerce.tokens.token, ...commerce.tokens.aliases];
}

function inOrderOfTime(fresh: readonly Understood[], plan: IdentityPlan) {
  return fresh
    .map((reading, index) => ({ reading, profileId: plan.profileIds[index] as ProfileId }))
    .sort((a, b) => a.reading.event.occurredAt - b.reading.event.occurredAt);
}

// ── projections ──

/** What the events of one transaction make of profiles, carts, orders and consents, and the facts that they tell. */
class Projection {
  readonly facts: { readonly fact: Fact; readonly trigger: boolean }[] = [];
  readonly notes: Matched[] = [];
  readonly orders: OrderChange[] = [];
  readonly consents: ConsentAct[] = [];
  readonly joined: { readonly from: CartId; readonly into: CartId }[] = [];
  readonly profiles = new Map<ProfileId, ChangedProfile>();
  readonly #cartsBefore: ReadonlyMap<CartId, KeptCart>;
  readonly #carts: Map<CartId, KeptCart>;
  readonly #deps: IngestDeps;
  readonly #plan: IdentityPlan;

  constructor(deps: IngestDeps, plan: IdentityPlan, profiles: ReadonlyMap<ProfileId, Profile>, carts: readonly KeptCart[]) {
    this.#deps = deps;
    this.#plan = plan;
    this.#cartsBefore = new Map(carts.map((cart) => [cart.id, cart]));
    this.#carts = new Map(this.#cartsBefore);
    for (const profile of profiles.values()) this.profiles.set(profile.id, { ...profile, traitsChanged: false, engagementChanged: false });
    for (const cart of carts) {
      if (!profiles.has(cart.profileId)) throw new StaleRead('A cart moved to another profile meanwhile.');
    }
    for (const { into } of plan.merges) this.#joinCartsOf(into);
  }

  take(reading: Understood, profileId: ProfileId): void {
    const { event, commerce, incoming } = reading;
    const changedTraits = this.#touchProfile(profileId, event);
    if (event.origin === 'live') this.#noteZone(reading, profileId);
    this.#noteEngagement(reading, profileId);
    const cart = this.#applyCommerce(reading, profileId);
    const consents = this.#takeConsents(reading, profileId);
    const facts = deriveFacts({ event, profileId, commerce, cart, changedTraits, consents });
    this.facts.push(...facts.map((fact) => ({ fact, trigger: mayTrigger(event) })));
    this.notes.push(...incoming.notes.map((reason) => note(event, reason)));
  }

  /** What the acts count as: a yes may have to wait for its confirmation. */
  #takeConsents({ event, consents }: Understood, profileId: ProfileId): readonly ConsentAct[] {
    const { topics } = this.#deps.policies.current();
    const acts = consents.map(({ said, at }) => ({
      ...admitConsent(said, topics, event.origin),
      at: Math.min(at ?? event.occurredAt, event.receivedAt),
      profileId,
      recordedAt: event.receivedAt,
      eventId: event.messageId,
    }));
    this.consents.push(...acts);
    return acts;
  }

  cartsToWrite(): readonly KeptCart[] {
    return [...this.#carts.values()].filter((cart) => this.#cartsBefore.get(cart.id) !== cart);
  }

  tokensToWrite(): readonly { readonly token: string; readonly cartId: CartId; readonly was: CartId | null }[] {
    const before = new Map([...this.#cartsBefore.values()].flatMap((cart) => cart.tokens.map((token) => [token, cart.id] as const)));
    return [...this.#carts.values()].flatMap((cart) =>
      cart.tokens
        .filter((token) => before.get(token) !== cart.id)
        .map((token) => ({ token, cartId: cart.id, was: before.get(token) ?? null })),
    );
  }

  #touchProfile(profileId: ProfileId, event: ShopEvent): readonly string[] {
    const known = this.profiles.get(profileId) ?? newProfile(profileId, event.occurredAt);
    const moved = { ...known, lastInstant: Math.max(known.lastInstant, event.occurredAt) };
    this.profiles.set(profileId, moved);
    const { [consentsTrait]: _acts, ...said } = event.traits;
    if (event.type !== 'identify' || Object.keys(said).length === 0) return [];
    const { traits, traitTimes, changed } = mergeTraits(known, said, event.occurredAt);
    const { email, phone, problems } = changed.length > 0 ? contactPoints(traits) : { ...known, problems: [] };
    this.profiles.set(profileId, { ...moved, traits, traitTimes, email, phone, updatedAt: event.receivedAt, traitsChanged: true });
    this.notes.push(...problems.map((problem) => note(event, problem)));
    return changed;
  }

  /** Where the person's device is: evidence of the hours in which a text may leave. */
  #noteZone({ event, incoming }: Understood, profileId: ProfileId): void {
    const profile = this.profiles.get(profileId) as ChangedProfile;
    const seen = seenZoneTraits(profile.traits, incoming.payload, event.occurredAt);
    if (Object.keys(seen).length === 0) return;
    const { traits, traitTimes } = mergeTraits(profile, seen, event.occurredAt);
    this.profiles.set(profileId, { ...profile, traits, traitTimes, traitsChanged: true });
  }

  /** Late and imported events count for what they were when they happened. Of who objects to profiling nothing is kept. */
  #noteEngagement({ event, commerce }: Understood, profileId: ProfileId): void {
    const profile = this.profiles.get(profileId) as ChangedProfile;
    const isIdentified = this.#plan.isKnown(profileId) || profile.email !== null || profile.phone !== null;
    const signal = shopSignal(event, commerce, isIdentified);
    const known = profile.engagement;
    const engagement = !mayProfile(profile.traits)
      ? withoutSignals(known)
      : signal === null
        ? known
        : recordSignal(known, signal, event.occurredAt, this.#deps.policies.current().engagement);
    if (engagement !== known) this.profiles.set(profileId, { ...profile, engagement, engagementChanged: true });
  }

  #applyCommerce({ event, commerce }: Understood, profileId: ProfileId) {
    if (commerce === null || commerce.kind === 'product-viewed') return null;
    const deed = { profileId, isKnown: this.#plan.isKnown, event: commerce, at: event.occurredAt, eventId: event.messageId };
    const tokens = [commerce.tokens.token, ...commerce.tokens.aliases];
    const concerned = this.#cartsWhere((cart) => cart.profileId === profileId || cart.tokens.some((token) => tokens.includes(token)));
    const { carts, touched, joined } = applyToCarts(concerned, deed, () => this.#deps.newId() as CartId);
    this.#replaceCarts(carts, joined);
    if (commerce.kind === 'order') this.#projectOrder(event, commerce, profileId, touched?.cart.id ?? null);
    return touched;
  }

  #projectOrder(event: ShopEvent, order: Extract<CommerceEvent, { kind: 'order' }>, profileId: ProfileId, cartId: CartId | null): void {
    // A purchase without a number is still a purchase; what comes after it cannot be told apart without one.
    const orderId = order.orderId ?? (order.status === 'paid' ? `event:${event.messageId}` : null);
    if (orderId === null) return;
    const { total, currency } = order;
    this.orders.push({
      orderId,
      profileId,
      cartId,
      status: order.status === 'updated' ? null : order.status,
      total,
      currency,
      at: event.occurredAt,
    });
  }

  /** Two baskets of what were two people until now. */
  #joinCartsOf(profileId: ProfileId): void {
    for (const { id } of this.#cartsWhere((cart) => cart.profileId === profileId && cart.state === 'open')) {
      const present = this.#carts.get(id);
      if (present === undefined) continue;
      const own = this.#cartsWhere((cart) => cart.profileId === profileId);
      const { book, joined } = joinSharing(own, present, present.updatedAt);
      this.#replaceCarts(book, joined);
    }
  }

  #cartsWhere(holds: (cart: KeptCart) => boolean): readonly KeptCart[] {
    return [...this.#carts.values()].filter(holds);
  }

  #replaceCarts(carts: readonly KeptCart[], joined: readonly { readonly from: CartId; readonly into: CartId }[]): void {
    for (const { from } of joined) this.#carts.delete(from);
    for (const cart of carts) this.#carts.set(cart.id, cart);
    this.#noteJoined(joined);
  }

  #noteJoined(joined: readonly { readonly from: CartId; readonly into: CartId }[]): void {
    this.joined.push(...joined.filter(({ from }) => this.#cartsBefore.has(from)));
    for (const { from, into } of joined) {
      this.facts.forEach(({ fact, trigger }, index) => {
        if (fact.cartId === from) this.facts[index] = { fact: { ...fact, cartId: into }, trigger };
      });
      this.orders.forEach((order, index) => {
        if (order.cartId === from) this.orders[index] = { ...order, cartId: into };
      });
    }
  }
}

function newProfile(id: ProfileId, at: Instant): ChangedProfile {
  const nothing = { traits: {}, traitTimes: {}, email: null, phone: null, engagement: noEngagement };
  return { ...nothing, id, createdAt: at, updatedAt: at, lastInstant: at, traitsChanged: false, engagementChanged: false };
}

function note(event: ShopEvent, reason: string): Matched {
  return { eventId: event.messageId, fact: 'event', journeyId: null, entryId: null, result: 'note', reason };
}

/** Parts of one statement, and how many rows some of them must touch if nobody else came between. */
interface PlannedWrites {
  readonly writes: Readonly<Record<string, RawBuilder<unknown> | null>>;
  readonly expected: Readonly<Record<string, number>>;
}

function projectionWrites(projection: Projection, plan: IdentityPlan, letters: readonly DeadLetter[]): PlannedWrites {
  const profiles = [...projection.profiles.values()];
  const created = new Set(plan.created);
  const tokens = projection.tokensToWrite();
  return {
    writes: {
      new_profiles: writeNewProfiles(profiles.filter(({ id }) => created.has(id))),
      profiles: writeProfiles(profiles.filter(({ id }) => !created.has(id))),
      identities: writeIdentities(plan.changes),
      carts: writeCarts(projection.cartsToWrite()),
      tokens: writeCartTokens(tokens),
      orders: writeOrders(projection.orders),
      consents: writeConsents(projection.consents),
      facts: writeFacts(projection.facts.map(({ fact }) => fact)),
      letters: writeDeadLetters(letters),
    },
    expected: { identities: plan.changes.length, tokens: tokens.length },
  };
}

/** Ids, tokens and events are not locked before they are there: another transaction may have taken one meanwhile, and then this one runs again. */
async function writeAsPlanned(trx: Trx, { writes, expected }: PlannedWrites): Promise<void> {
  const touched = await writeTogether(trx, writes);
  for (const [name, rows] of Object.entries(expected))
    if (touched[name] !== rows) throw new StaleRead(`Of the ${name}, some were taken by another transaction meanwhile.`);
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

function newEvent({ event, incoming }: Understood, profileId: ProfileId, told: ReadonlyMap<string, readonly Matched[]>): NewEvent {
  const { messageId, type, name, occurredAt, receivedAt, origin } = event;
  const matched = told.get(messageId) ?? [];
  return { messageId, profileId, type, name, occurredAt, receivedAt, origin, payload: incoming.payload, matched };
}
