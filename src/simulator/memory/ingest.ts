import { joinWithinMs, type KeptCart } from '../../domain/cart-book.js';
import type { ShopEvent } from '../../domain/event.js';
import type { Fact } from '../../domain/fact.js';
import { identitiesOf, planIdentities } from '../../domain/identity.js';
import { ourselves } from '../../domain/speaker.js';
import type { CartId, EntryId, ProfileId } from '../../domain/ids.js';
import type { Instant } from '../../domain/instant.js';
import type { Policies } from '../../domain/policy/policies.js';
import type { Profile } from '../../domain/profile.js';
import type { Secrets } from '../../domain/secrets.js';
import type { Shop } from '../../domain/shop.js';
import type { MatchableFact, Matched } from '../../matching/matched.js';
import { withUnheard } from '../../matching/matched.js';
import { meetTriggers, startEntries } from '../../matching/triggers.js';
import { placeOfCart, placeOfPerson, planUnion, type EntryPlace, type UnitingEntry, unionTexts } from '../../matching/unite.js';
import { deliverToWaiting, factInput, type WaitMatch } from '../../matching/waits.js';
import { mergedProfile } from '../../projection/merge-people.js';
import { Projection } from '../../projection/projection.js';
import { identifying } from '../../projection/identifying.js';
import { type IncomingEvent, readEvent, type Understood } from '../../projection/read-event.js';
import { releasePromised } from './effects.js';
import type { MemoryEntry, Tables } from './tables.js';

export interface IngestNeeds {
  readonly secret: Secrets;
  readonly shop: Pick<Shop, 'hosts' | 'country'>;
  readonly policies: { readonly current: () => Policies };
  readonly newId: () => string;
}

/** What an event did. */
export type Heard =
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'taken';
      readonly profileId: ProfileId;
      readonly matched: readonly Matched[];
      readonly facts: readonly MatchableFact[];
      readonly speaksOfCart: boolean;
      /** The cart that it was about; null: none that is known. */
      readonly cartId: CartId | null;
    };

/** Takes one event of the shop's own, as ingest does in a transaction: people, carts, consents and facts, then what waits for them. */
export function hear(tables: Tables, needs: IngestNeeds, event: ShopEvent): Heard {
  return hearFrom(tables, needs, { event, payload: {}, notes: [], speaker: { ...ourselves, vouchesUser: true, vouchesPrevious: true } });
}

/** The same, of an event whoever told it. */
export function hearFrom(tables: Tables, needs: IngestNeeds, incoming: IncomingEvent): Heard {
  const { event } = incoming;
  if (tables.events.has(event.messageId)) return { kind: 'known' };
  const reading = readEvent(needs, incoming);
  if (reading.kind === 'refused') return { kind: 'refused', why: reading.rejected.detail };
  tables.events.add(event.messageId);
  const plan = planPeople(tables, needs, reading);
  for (const { from, into } of plan.merges) mergePeople(tables, needs, { from, into, at: event.receivedAt });
  const [meeting] = plan.meetings;
  if (meeting === undefined) throw new Error('An event is about somebody.');
  const { profileId } = meeting;
  const carts = cartsFor(tables, reading, { of: profileId, isMerged: plan.merges.length > 0 });
  const profiles = peopleOf(tables, [profileId, ...carts.map((cart) => cart.profileId)]);
  const projection = new Projection(needs, { plan, profiles, carts, unsubscribed: new Set() });
  projection.take(reading, meeting);
  writeProjection(tables, projection, plan);
  for (const { from, into } of projection.joined) joinCarts(tables, { from, into, at: event.receivedAt });
  const { facts } = projection;
  const { commerce } = reading;
  const speaksOfCart = commerce !== null && commerce.kind !== 'product-viewed';
  const cartId = facts.find(({ fact }) => fact.cartId !== undefined)?.fact.cartId ?? null;
  return { kind: 'taken', profileId, facts, matched: matchFacts(tables, needs, facts), speaksOfCart, cartId };
}

function planPeople(tables: Tables, { newId }: IngestNeeds, reading: Understood) {
  const named = new Set(identitiesOf(reading.event).map(({ kind, value }) => `${kind}:${value}`));
  const all = [...tables.identities.values()];
  const identities = all.filter(({ kind, value }) => named.has(`${kind}:${value}`));
  const users = all.filter(({ kind }) => kind === 'user');
  const proven = new Set(users.filter(({ toldBy }) => toldBy !== 'browser').map(({ profileId }) => profileId));
  const knownProfiles = new Set(users.map(({ profileId }) => profileId));
  const addressed = [...tables.profiles.values()].filter(({ email, phone }) => email !== null || phone !== null);
  const browsed = all.filter(({ kind }) => kind === 'anonymous');
  const stored = {
    identities,
    knownProfiles,
    unproven: new Set([...knownProfiles].filter((id) => !proven.has(id))),
    settled: new Set([...addressed.map(({ id }) => id), ...browsed.map(({ profileId }) => profileId)]),
  };
  return planIdentities([identifying(reading)], stored, () => newId() as ProfileId);
}

/** Carts that the event names, and those of the person that are active enough to be joined with. */
function cartsFor(
  tables: Tables,
  { event, commerce }: Understood,
  { of, isMerged }: { readonly of: ProfileId; readonly isMerged: boolean },
): readonly KeptCart[] {
  const tokens = commerce === null || commerce.kind === 'product-viewed' ? null : commerce.tokens;
  // A merge lets two carts of one person be joined, whatever the event speaks of.
  if (tokens === null && !isMerged) return [];
  const named = tokens === null ? [] : [tokens.token, ...tokens.aliases];
  const since = event.occurredAt - joinWithinMs;
  return [...tables.carts.values()]
    .filter(
      ({ profileId, tokens: own, state, updatedAt }) =>
        own.some((token) => named.includes(token)) || (profileId === of && state === 'open' && updatedAt >= since),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function peopleOf(tables: Tables, ids: readonly ProfileId[]): ReadonlyMap<ProfileId, Profile> {
  return new Map(ids.flatMap((id) => (tables.profiles.has(id) ? [[id, tables.profiles.get(id) as Profile] as const] : [])));
}

function writeProjection(tables: Tables, projection: Projection, plan: ReturnType<typeof planPeople>): void {
  for (const profile of projection.profiles.values()) tables.profiles.set(profile.id, profile);
  for (const { kind, value, profileId, linkedAt, toldBy = null } of plan.changes)
    tables.identities.set(`${kind}:${value}`, { kind, value, profileId, linkedAt, toldBy });
  for (const cart of projection.cartsToWrite()) tables.carts.set(cart.id, cart);
  const isSame = (a: (typeof tables.consents)[number], b: typeof a): boolean =>
    a.profileId === b.profileId && a.channel === b.channel && a.topic === b.topic && a.state === b.state && a.at === b.at;
  tables.consents.push(...projection.consents.filter((act) => !tables.consents.some((known) => isSame(known, act))));
  tables.facts.push(...projection.facts.map(({ fact }) => fact));
}

/** Matches facts against live triggers and waits, and writes what that does. */
export function matchFacts(tables: Tables, { newId }: Pick<IngestNeeds, 'newId'>, facts: readonly MatchableFact[]): readonly Matched[] {
  const { matched, inputs, hastened } = deliverToWaiting(waitsOf(tables), facts);
  const journeys = [...tables.journeys.values()].filter(({ state }) => state !== 'archived').sort((a, b) => (a.id < b.id ? -1 : 1));
  const { timely, late } = meetTriggers(journeys, facts);
  const live = [...tables.entries.values()].flatMap((entry) => (entry.state === 'finished' ? [] : [{ ...entry, state: entry.state }]));
  const starts = startEntries(timely, live, newId);
  for (const { entryId, input } of inputs) tables.giveInput(entryId, input);
  for (const id of hastened) if (['waiting', 'held'].includes(tables.entry(id).activity)) tables.changeEntry(id, { isPoked: true });
  for (const { state: data, triggerEventId: _event, ...entry } of starts.created)
    tables.entries.set(entry.id, { ...entry, data, ...newlyArmed });
  for (const { id, dueAt } of starts.postponed) tables.changeEntry(id, { dueAt });
  return withUnheard(facts, [...matched, ...starts.matched, ...late]);
}

const newlyArmed = {
  state: 'armed',
  activity: 'waiting',
  instruction: { kind: 'wait', summary: 'armed' },
  version: null,
  outcome: null,
  outcomeReason: null,
  enteredAt: null,
  finishedAt: null,
  isPoked: false,
} as const satisfies Partial<MemoryEntry>;

function waitsOf(tables: Tables): readonly WaitMatch[] {
  const waits = tables.waits.flatMap((wait): readonly WaitMatch[] => {
    const entry = tables.entry(wait.entryId);
    const { journeyId, profileId, cartId, createdAt } = entry;
    return entry.state === 'open' ? [{ ...wait, journeyId, profileId, cartId, entryCreatedAt: createdAt }] : [];
  });
  return waits.sort((a, b) => (a.entryId < b.entryId ? -1 : a.entryId > b.entryId ? 1 : 0));
}

// ── two that are one ──

interface Union<Id> {
  readonly from: Id;
  readonly into: Id;
  readonly at: Instant;
}

function mergePeople(tables: Tables, { policies, shop }: IngestNeeds, { from, into, at }: Union<ProfileId>): void {
  const [leaving, staying] = [tables.profiles.get(from), tables.profiles.get(into)];
  if (leaving === undefined || staying === undefined) throw new Error(`One of ${from} and ${into} is not there.`);
  const heard = shareFacts(tables, [from, into]);
  uniteEntries(
    tables,
    uniting(tables, ({ profileId }) => profileId === from || profileId === into),
    placeOfPerson(into),
    { at, heard },
  );
  tables.profiles.set(into, mergedProfile(leaving, staying, at, policies.current().engagement, shop.country));
  tables.profiles.delete(from);
  const moved = <Row extends { readonly profileId: ProfileId }>(row: Row): Row =>
    row.profileId === from ? { ...row, profileId: into } : row;
  for (const [key, identity] of tables.identities) tables.identities.set(key, moved(identity));
  for (const [id, cart] of tables.carts) tables.carts.set(id, moved(cart));
  for (const [id, entry] of tables.entries) tables.entries.set(id, moved(entry));
  for (const [id, message] of tables.messages) tables.messages.set(id, moved(message));
  tables.rewrite(tables.facts, moved);
  tables.rewrite(tables.consents, moved);
}

/** What happened to the one, since the other's entry began, is told to the other's. */
function shareFacts(tables: Tables, profiles: readonly ProfileId[]): ReadonlySet<EntryId> {
  const heard = new Set<EntryId>();
  for (const entry of tables.entries.values()) {
    if (entry.state !== 'open' || !profiles.includes(entry.profileId)) continue;
    const names = new Set(tables.waits.filter(({ entryId, by }) => entryId === entry.id && by === 'profile').map(({ event }) => event));
    const isTold = (fact: Fact): boolean =>
      profiles.includes(fact.profileId) && fact.profileId !== entry.profileId && names.has(fact.name) && fact.at >= entry.createdAt;
    for (const fact of tables.facts.filter(isTold)) {
      const cartMatch = fact.cartId !== undefined && fact.cartId === entry.cartId;
      tables.giveInput(entry.id, factInput(fact, { profileMatch: true, cartMatch }));
      heard.add(entry.id);
    }
  }
  return heard;
}

function joinCarts(tables: Tables, { from, into, at }: Union<CartId>): void {
  const concerned = uniting(tables, ({ cartId }) => cartId === from || cartId === into);
  uniteEntries(tables, concerned, placeOfCart(from, into), { at, heard: new Set() });
  tables.rewrite(tables.facts, (fact) => (fact.cartId === from ? { ...fact, cartId: into } : fact));
  tables.carts.delete(from);
}

function uniting(tables: Tables, such: (entry: MemoryEntry) => boolean): readonly UnitingEntry[] {
  return [...tables.entries.values()].flatMap((entry) =>
    entry.state === 'finished' || !such(entry) ? [] : [{ ...entry, state: entry.state }],
  );
}

function uniteEntries(
  tables: Tables,
  entries: readonly UnitingEntry[],
  placeOf: (entry: UnitingEntry) => EntryPlace,
  { at, heard }: { readonly at: Instant; readonly heard: ReadonlySet<EntryId> },
): void {
  const { superseded, surviving } = planUnion(entries, placeOf, heard);
  for (const { id, survivor } of superseded) {
    tables.changeEntry(id, { ...ended, finishedAt: at, isPoked: true });
    releasePromised(tables, id, at);
    tables.rewrite(tables.waits, (wait) => (wait.entryId === id ? null : wait));
    tables.rewrite(tables.inputs, (input) => (input.entryId === id ? { ...input, entryId: survivor } : input));
    const step = (entryId: EntryId) => tables.entry(entryId).data.step;
    tables.tell(id, [{ at, step: step(id), kind: 'merged', text: unionTexts.ended(survivor) }]);
    tables.tell(survivor, [{ at, step: step(survivor), kind: 'merged', text: unionTexts.goesOn(id) }]);
  }
  for (const { id, poke, ...place } of surviving) {
    tables.changeEntry(id, { ...place, ...(poke ? { isPoked: true } : {}) });
    tables.rewrite(tables.waits, (wait) =>
      wait.entryId === id ? { ...wait, value: wait.by === 'profile' ? place.profileId : (place.cartId ?? wait.value) } : wait,
    );
  }
}

const ended = {
  state: 'finished',
  activity: 'done',
  outcome: 'superseded',
  outcomeReason: 'merged',
  dueAt: null,
  instruction: { kind: 'finished', outcome: 'superseded' },
} as const;
