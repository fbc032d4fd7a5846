import { applyToCarts, joinSharing, type KeptCart } from '../domain/cart-book.js';
import type { CommerceEvent } from '../domain/commerce-events.js';
import { consentsTrait } from '../domain/consent-events.js';
import { deriveFacts } from '../domain/derive-facts.js';
import { admitConsent } from '../domain/double-opt-in.js';
import { mayProfile } from '../domain/engagement/facts.js';
import { shopSignal } from '../domain/engagement/shop-signals.js';
import { noEngagement, recordSignal, withoutSignals } from '../domain/engagement/state.js';
import { mayTrigger, type ShopEvent } from '../domain/event.js';
import type { IdentityPlan } from '../domain/identity.js';
import type { CartId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { mergeTraits, type Profile } from '../domain/profile.js';
import { seenZoneTraits } from '../domain/zone-evidence.js';
import { contactPoints } from './contact-points.js';
import type { Policies } from '../domain/policy/policies.js';
import type { MatchableFact, Matched } from '../matching/matched.js';
import type { Understood } from './read-event.js';
import type { ChangedProfile, ConsentAct, OrderChange } from './rows.js';

interface ProjectionNeeds {
  readonly newId: () => string;
  readonly policies: { readonly current: () => Policies };
}

/** What the events of one transaction make of profiles, carts, orders and consents, and the facts that they tell. */
export class Projection {
  readonly facts: MatchableFact[] = [];
  readonly notes: Matched[] = [];
  readonly orders: OrderChange[] = [];
  readonly consents: ConsentAct[] = [];
  readonly joined: { readonly from: CartId; readonly into: CartId }[] = [];
  readonly profiles = new Map<ProfileId, ChangedProfile>();
  readonly #cartsBefore: ReadonlyMap<CartId, KeptCart>;
  readonly #carts: Map<CartId, KeptCart>;
  readonly #deps: ProjectionNeeds;
  readonly #plan: IdentityPlan;

  constructor(deps: ProjectionNeeds, plan: IdentityPlan, profiles: ReadonlyMap<ProfileId, Profile>, carts: readonly KeptCart[]) {
    this.#deps = deps;
    this.#plan = plan;
    this.#cartsBefore = new Map(carts.map((cart) => [cart.id, cart]));
    this.#carts = new Map(this.#cartsBefore);
    for (const profile of profiles.values()) this.profiles.set(profile.id, { ...profile, traitsChanged: false, engagementChanged: false });
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
    this.facts.push(...facts.map((fact) => ({ fact, trigger: mayTrigger(event), namesCart: namesCart(reading) })));
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

  #applyCommerce({ event, commerce, incoming }: Understood, profileId: ProfileId) {
    if (commerce === null || commerce.kind === 'product-viewed') return null;
    const deed = {
      profileId,
      isKnown: this.#plan.isKnown,
      event: commerce,
      at: event.occurredAt,
      eventId: event.messageId,
      isToldByShop: incoming.speaker.kind === 'server',
    };
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
      this.facts.forEach((one, index) => {
        if (one.fact.cartId === from) this.facts[index] = { ...one, fact: { ...one.fact, cartId: into } };
      });
      this.orders.forEach((order, index) => {
        if (order.cartId === from) this.orders[index] = { ...order, cartId: into };
      });
    }
  }
}

/** An import of old orders must not empty journeys; what a live client says of a cart by its name is about that cart. */
function namesCart({ event, commerce }: Understood): boolean {
  return event.origin === 'live' && commerce?.kind === 'order' && commerce.status === 'paid' && commerce.tokens.token !== null;
}

function newProfile(id: ProfileId, at: Instant): ChangedProfile {
  const nothing = { traits: {}, traitTimes: {}, email: null, phone: null, engagement: noEngagement };
  return { ...nothing, id, createdAt: at, updatedAt: at, lastInstant: at, traitsChanged: false, engagementChanged: false };
}

function note(event: ShopEvent, reason: string): Matched {
  return { eventId: event.messageId, fact: 'event', journeyId: null, entryId: null, result: 'note', reason };
}
