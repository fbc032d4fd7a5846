import { joinWithinMs, type KeptCart } from '../../domain/carts/cart-book.js';
import type { ShopEvent } from '../../domain/events/event.js';
import type { IncomingEvent } from '../../domain/events/incoming.js';
import type { ToldByStep } from '../../domain/events/own-event.js';
import { cartIn } from '../../domain/events/subject.js';
import { ourselves } from '../../domain/keys/speaker.js';
import type { KeptOrder } from '../../domain/orders/kept-order.js';
import { identitiesOf, type KnownIdentity, planIdentities } from '../../domain/people/identity.js';
import type { Profile } from '../../domain/people/profile.js';
import { recordKey, type ServiceRecord } from '../../domain/service/service-record.js';
import type { CartId, ProfileId } from '../../domain/values/ids.js';
import type { MatchableFact, Matched } from '../../matching/matched.js';
import { identifying } from '../../projection/identifying.js';
import { commerceOf, ordersNamed, recordsNamed } from '../../projection/meanings/index.js';
import { settleOwn } from '../../projection/own-event.js';
import { Projection } from '../../projection/projection.js';
import { readEvent, type Understood } from '../../projection/read-event.js';
import type { ConsentAct } from '../../projection/rows.js';
import type { IngestNeeds } from './needs.js';
import { tellFacts } from './segments.js';
import type { Tables } from './tables.js';
import { joinCarts, mergePeople } from './unite.js';

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
  return hearFrom(tables, needs, {
    event,
    source: 'simulator',
    payload: {},
    context: {},
    notes: [],
    speaker: { ...ourselves, vouchesUser: true, vouchesPrevious: true },
  });
}

/** What an event made of people, carts, consents and facts. */
export interface Projected {
  readonly reading: Understood;
  readonly plan: ReturnType<typeof planPeople>;
  readonly projection: Projection;
}

/**
 * The same, for an event from any source. `projected`: by event, what is known of them from another world in which the same was heard
 * before, which then need not be worked out again; what is worked out is added.
 */
export function hearFrom(tables: Tables, needs: IngestNeeds, incoming: IncomingEvent, projected?: Map<string, Projected>): Heard {
  const { event } = incoming;
  if (tables.events.has(event.messageId)) return { kind: 'known' };
  const known = projected?.get(event.messageId);
  const reading = known?.reading ?? readEvent(needs, incoming);
  if (reading.kind === 'refused') return { kind: 'refused', why: reading.rejected.detail };
  tables.events.add(event.messageId);
  const plan = known?.plan ?? planPeople(tables, needs, reading);
  for (const { from, into } of plan.merges) mergePeople(tables, needs, { from, into, at: event.receivedAt });
  const [meeting] = plan.meetings;
  if (meeting === undefined) throw new Error('An event is about somebody.');
  const { profileId } = meeting;
  const projection = known?.projection ?? project(tables, needs, reading, plan);
  projected?.set(event.messageId, { reading, plan, projection });
  writeProjection(tables, projection, plan);
  for (const { from, into } of projection.carts.joined) joinCarts(tables, { from, into, at: event.receivedAt });
  const { facts } = projection;
  const commerce = commerceOf(reading);
  const speaksOfCart = commerce !== null && commerce.kind !== 'product-viewed';
  const cartId = cartIn(facts.flatMap(({ fact }) => fact.about ?? []));
  const matched = tellFacts(tables, needs, {
    facts,
    at: event.receivedAt,
    changed: [...projection.profiles.keys()],
    newcomers: [...plan.created, ...plan.merges.flatMap(({ from, into }) => [from, into])],
  });
  return { kind: 'taken', profileId, facts, matched, speaksOfCart, cartId };
}

/** Takes what a step says, as `hearOwnEvent` does in a turn's transaction. */
export function hearOwn(tables: Tables, needs: IngestNeeds, told: ToldByStep): readonly Matched[] {
  const profile = tables.profiles.get(told.profileId);
  if (profile === undefined) return [];
  const settled = settleOwn(needs, told, profile);
  tables.events.add(settled.reading.event.messageId);
  const projection = new Projection(needs, settled);
  projection.take(settled.reading, settled.meeting);
  writeProjection(tables, projection, settled.plan);
  return tellFacts(tables, needs, {
    facts: projection.facts,
    at: settled.reading.event.receivedAt,
    changed: [...projection.profiles.keys()],
    depth: told.depth,
  });
}

function project(tables: Tables, needs: IngestNeeds, reading: Understood, plan: ReturnType<typeof planPeople>): Projection {
  const [meeting] = plan.meetings;
  if (meeting === undefined) throw new Error('An event is about somebody.');
  const { profileId } = meeting;
  const carts = cartsFor(tables, reading, { of: profileId, isMerged: plan.merges.length > 0 });
  const owners = [...ordersFor(tables, reading), ...recordsFor(tables, reading)].map((one) => one.profileId);
  const profiles = peopleOf(tables, [profileId, ...carts.map((cart) => cart.profileId), ...owners]);
  const projection = new Projection(needs, {
    plan,
    profiles,
    carts,
    orders: ordersFor(tables, reading),
    records: recordsFor(tables, reading),
    unsubscribed: new Set(),
  });
  projection.take(reading, meeting);
  return projection;
}

function planPeople(tables: Tables, { newId }: IngestNeeds, reading: Understood) {
  const named = new Set(identitiesOf(reading.event).map(({ kind, value }) => `${kind}:${value}`));
  const identities = [...named].flatMap((key) => tables.identities.get(key) ?? []);
  // Whose carts it names matters too: a known person's cart is nobody else's.
  const owners = (tokensOf(reading) ?? []).flatMap((token) => tables.carts.where('token', token).map(({ profileId }) => profileId));
  const people = [...new Set([...identities.map(({ profileId }) => profileId), ...owners])];
  const idsOf = (id: ProfileId, kind: KnownIdentity['kind']) => tables.identities.where('profile', id).filter((one) => one.kind === kind);
  const hasAddress = (id: ProfileId): boolean => (tables.profiles.get(id)?.email ?? tables.profiles.get(id)?.phone ?? null) !== null;
  const known = people.filter((id) => idsOf(id, 'user').length > 0);
  const stored = {
    identities,
    knownProfiles: new Set(known),
    unproven: new Set(known.filter((id) => idsOf(id, 'user').every(({ toldBy }) => toldBy === 'browser'))),
    settled: new Set(people.filter((id) => hasAddress(id) || idsOf(id, 'anonymous').length > 0)),
  };
  return planIdentities([identifying(reading)], stored, () => newId() as ProfileId);
}

/** Null: it speaks of no cart. */
function tokensOf(reading: Understood): readonly string[] | null {
  const commerce = commerceOf(reading);
  const tokens = commerce === null || commerce.kind === 'product-viewed' ? null : commerce.tokens;
  return tokens === null ? null : [...(tokens.token === null ? [] : [tokens.token]), ...tokens.aliases];
}

/** Carts that the event names, and those of the person that are active enough to be joined with. */
function cartsFor(
  tables: Tables,
  reading: Understood,
  { of, isMerged }: { readonly of: ProfileId; readonly isMerged: boolean },
): readonly KeptCart[] {
  const tokens = tokensOf(reading);
  // A merge lets two carts of one person be joined, whatever the event speaks of.
  if (tokens === null && !isMerged) return [];
  const since = reading.event.occurredAt - joinWithinMs;
  const own = tables.carts.where('profile', of).filter(({ state, updatedAt }) => state === 'open' && updatedAt >= since);
  const carts = new Map([...(tokens ?? []).flatMap((token) => tables.carts.where('token', token)), ...own].map((cart) => [cart.id, cart]));
  return [...carts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function ordersFor(tables: Tables, reading: Understood): readonly KeptOrder[] {
  return ordersNamed([reading]).flatMap((id) => tables.orders.get(id) ?? []);
}

function recordsFor(tables: Tables, reading: Understood): readonly ServiceRecord[] {
  return recordsNamed([reading]).flatMap((key) => tables.serviceRecords.get(key) ?? []);
}

function peopleOf(tables: Tables, ids: readonly ProfileId[]): ReadonlyMap<ProfileId, Profile> {
  return new Map(ids.flatMap((id) => (tables.profiles.has(id) ? [[id, tables.profiles.get(id) as Profile] as const] : [])));
}

function writeProjection(tables: Tables, projection: Projection, plan: ReturnType<typeof planPeople>): void {
  for (const profile of projection.profiles.values()) {
    const seen = tables.profiles.get(profile.id)?.lastInstant ?? 0;
    tables.profiles.set(profile.id, seen > profile.lastInstant ? { ...profile, lastInstant: seen } : profile);
  }
  for (const { kind, value, profileId, linkedAt, toldBy = null } of plan.changes)
    tables.identities.set(`${kind}:${value}`, { kind, value, profileId, linkedAt, toldBy });
  for (const cart of projection.carts.toWrite()) tables.carts.set(cart.id, cart);
  for (const order of projection.orders.toWrite()) tables.orders.set(order.orderId, order);
  for (const record of projection.records.toWrite()) tables.serviceRecords.set(recordKey(record), record);
  const isSame = (a: ConsentAct, b: ConsentAct): boolean =>
    a.channel === b.channel && a.topic === b.topic && a.state === b.state && a.at === b.at;
  for (const act of projection.consents)
    if (!tables.consents.where('profile', act.profileId).some((known) => isSame(known, act))) tables.consents.push(act);
  tables.kept.push(...projection.answers.map(({ profileId, ...values }) => ({ table: 'answers', profileId, values: { ...values } })));
  tables.facts.push(...projection.facts.map(({ fact }) => fact));
}
