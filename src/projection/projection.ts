import type { KeptCart } from '../domain/carts/cart-book.js';
import type { CommerceEvent } from '../domain/carts/commerce-events.js';
import { consentsTrait } from '../domain/consent/consent-events.js';
import { admitConsent } from '../domain/consent/double-opt-in.js';
import { unsubscribeKeys } from '../domain/consent/suppression.js';
import { mayProfile } from '../domain/engagement/facts.js';
import { shopSignal } from '../domain/engagement/shop-signals.js';
import { noEngagement, recordSignal, withoutSignals } from '../domain/engagement/state.js';
import { deriveFacts } from '../domain/events/derive-facts.js';
import { mayTrigger, type ShopEvent } from '../domain/events/event.js';
import type { Fact } from '../domain/events/fact.js';
import { aboutInstead, aCart, cartIn } from '../domain/events/subject.js';
import { browserConsent, type Claim, disowned, hearTraits, provesItself } from '../domain/keys/browser-word.js';
import type { Secrets } from '../domain/keys/secrets.js';
import { orderIdOf } from '../domain/orders/order-id.js';
import type { AddressRight, IdentityPlan, Meeting } from '../domain/people/identity.js';
import { mergeTraits, type Profile } from '../domain/people/profile.js';
import { seenZoneTraits } from '../domain/places/zone-evidence.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Instant } from '../domain/time/instant.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';
import type { MatchableFact, Matched } from '../matching/matched.js';
import { type JoinedCart, ProjectedCarts } from './carts.js';
import { type ContactPoints, contactPoints } from './contact-points.js';
import { asTheyWere, KeyActs } from './key-acts.js';
import type { Understood } from './read-event.js';
import type { ChangedProfile, ConsentAct, NewClaim, OrderChange } from './rows.js';
import { traitNotes } from './trait-readings.js';

interface ProjectionNeeds {
  readonly newId: () => string;
  readonly policies: { readonly current: () => Policies };
  readonly secret: Secrets;
  readonly shop: Pick<Shop, 'country'>;
}

/** Whom the events are about, with what is stored of them. */
export interface SettledPeople {
  readonly plan: IdentityPlan;
  readonly profiles: ReadonlyMap<ProfileId, Profile>;
  readonly carts: readonly KeptCart[];
  /** Keys of addresses at which all marketing is refused. */
  readonly unsubscribed: ReadonlySet<string>;
  /** Has a browser key used up what it may start in this hour? Absent: nobody counts. */
  readonly isSpent?: ((keyId: string) => boolean) | undefined;
}

/** What the events of one transaction make of profiles, carts, orders and consents, and the facts that they tell. */
export class Projection {
  readonly facts: MatchableFact[] = [];
  readonly notes: Matched[] = [];
  readonly orders: OrderChange[] = [];
  readonly consents: ConsentAct[] = [];
  readonly claims: NewClaim[] = [];
  readonly profiles = new Map<ProfileId, ChangedProfile>();
  readonly carts: ProjectedCarts;
  readonly acts: KeyActs;
  readonly #deps: ProjectionNeeds;
  readonly #plan: IdentityPlan;
  readonly #unsubscribed: ReadonlySet<string>;
  readonly #isSpent: SettledPeople['isSpent'];

  constructor(deps: ProjectionNeeds, { plan, profiles, carts, unsubscribed, isSpent }: SettledPeople) {
    this.#deps = deps;
    this.#plan = plan;
    this.#unsubscribed = unsubscribed;
    this.#isSpent = isSpent;
    this.acts = new KeyActs(plan);
    this.carts = new ProjectedCarts(carts, () => deps.newId() as CartId);
    for (const profile of profiles.values()) this.profiles.set(profile.id, { ...profile, traitsChanged: false, engagementChanged: false });
    for (const { into } of plan.merges) this.#followJoins(this.carts.joinCartsOf(into));
  }

  take(reading: Understood, meeting: Meeting): void {
    const { event, incoming } = reading;
    const { profileId, isStranger } = meeting;
    const changedTraits = this.#touchProfile(reading, meeting);
    // What somebody else's browser does tells nothing of where the person is and what they like.
    if (event.origin === 'live' && !isStranger) this.#noteZone(reading, profileId);
    if (!isStranger) this.#noteEngagement(reading, profileId);
    const commerce = isStranger && fillsCart(reading) ? null : reading.commerce;
    if (commerce !== reading.commerce) this.notes.push(note(event, 'cart-not-vouched'));
    const cart = this.#applyCommerce({ ...reading, commerce }, profileId);
    const consents = this.#takeConsents(reading, meeting);
    const facts = commerce === reading.commerce ? deriveFacts({ event, profileId, commerce, cart, changedTraits, consents }) : [];
    const { speaker } = incoming;
    const isSpent = facts.length > 0 && speaker.kind === 'browser' && speaker.keyId !== null && this.#isSpent?.(speaker.keyId) === true;
    if (isSpent) this.notes.push(note(event, 'key-budget'));
    this.facts.push(...facts.map((fact) => ({ fact, trigger: mayTrigger(event) && !isSpent, namesCart: namesCart(reading) })));
    if (commerce?.kind === 'order') this.#tellVisitor(meeting, facts);
    this.#keepClaims(reading, profileId, meeting.claims);
    this.acts.keepIds(reading);
    this.notes.push(...incoming.notes.map((reason) => note(event, reason)));
  }

  /** An order ends what waits for the browser that it came from, too: a reminder after the purchase is the worse mistake. */
  #tellVisitor({ visitor, profileId }: Meeting, facts: readonly Fact[]): void {
    if (visitor === null || visitor === profileId) return;
    this.facts.push(...facts.map((fact) => ({ fact: { ...fact, profileId: visitor }, trigger: false })));
  }

  /** What the acts count as: a yes may have to wait for its confirmation. */
  #takeConsents({ event, incoming: { speaker }, consents }: Understood, meeting: Meeting): readonly ConsentAct[] {
    const { topics } = this.#deps.policies.current();
    const { profileId } = meeting;
    const whose = { person: this.profiles.get(profileId) as ChangedProfile, shop: this.#deps.shop };
    const toldBy = speaker.kind === 'browser' ? 'browser' : null;
    const acts = consents.map(({ said, at }): ConsentAct => {
      const admitted = admitConsent(toldBy === null ? said : browserConsent(said), topics, event.origin, whose);
      const mustConfirm =
        toldBy !== null && admitted.state === 'granted' && (meeting.isStranger || this.#isUnsubscribed(profileId, admitted));
      if (mustConfirm) this.notes.push(note(event, 'yes-to-confirm'));
      if (toldBy !== null && provesItself(said)) this.notes.push(note(event, 'proof-left-out'));
      return {
        ...admitted,
        ...(mustConfirm ? { state: 'pending' } : {}),
        at: Math.min(at ?? event.occurredAt, event.receivedAt),
        profileId,
        recordedAt: event.receivedAt,
        eventId: event.messageId,
        toldBy,
      };
    });
    this.consents.push(...acts);
    if (acts.length > 0) this.acts.keep({ event, speaker, profileId }, 'consent');
    return acts;
  }

  #isUnsubscribed(profileId: ProfileId, { channel }: Pick<ConsentAct, 'channel'>): boolean {
    const profile = this.profiles.get(profileId);
    if (profile === undefined || this.#unsubscribed.size === 0) return false;
    return unsubscribeKeys(this.#deps.secret, profile).some(
      ({ hash, others = [], ...key }) => key.channel === channel && [hash, ...others].some((one) => this.#unsubscribed.has(one)),
    );
  }

  #keepClaims({ event, incoming: { speaker } }: Understood, profileId: ProfileId, claims: readonly Claim[]): void {
    const { messageId: eventId, occurredAt: at, receivedAt } = event;
    this.claims.push(...claims.map((claim) => ({ ...claim, profileId, eventId, keyId: speaker.keyId, at, receivedAt })));
    if (claims.length > 0) this.acts.keep({ event, speaker, profileId }, 'claim');
    if (claims.some(({ kind }) => kind === 'user' || kind === 'anonymous')) this.notes.push(note(event, 'user-not-vouched'));
  }

  #touchProfile(reading: Understood, meeting: Meeting): readonly string[] {
    const { event, incoming } = reading;
    const { profileId, right } = meeting;
    const known = this.profiles.get(profileId) ?? newProfile(profileId, event.occurredAt);
    const moved = { ...known, lastInstant: Math.max(known.lastInstant, event.occurredAt) };
    this.profiles.set(profileId, moved);
    const { [consentsTrait]: _acts, ...told } = event.traits;
    if (event.type !== 'identify' || Object.keys(told).length === 0) return [];
    const { said: heard, claims, notes } = hearTraits(told, known, { speaker: incoming.speaker, right });
    const others = this.#plan.proven.has(profileId) && right === 'set' ? disowned(heard, known) : [];
    const said = { ...heard, ...Object.fromEntries(others.map(({ kind }) => [kind, null])) };
    this.#keepClaims(reading, profileId, [...claims, ...others]);
    this.notes.push(...notes.map((reason) => note(event, reason)));
    if (Object.keys(said).length === 0) return [];
    const { traits, traitTimes, changed, isFull } = mergeTraits(known, said, event.occurredAt);
    if (isFull) this.notes.push(note(event, 'traits-full'));
    const { email, phone, problems } = changed.length > 0 ? this.#addresses(traits, known, right) : { ...known, problems: [] };
    this.profiles.set(profileId, { ...moved, traits, traitTimes, email, phone, updatedAt: event.receivedAt, traitsChanged: true });
    this.notes.push(...[...problems, ...traitNotes(traits, changed)].map((problem) => note(event, problem)));
    if (changed.length > 0) this.acts.keep({ event, speaker: incoming.speaker, profileId }, 'traits', asTheyWere(known, changed));
    return changed;
  }

  /** Where the person is reached. A country that only a browser claims does not make another number of the one that is known. */
  #addresses(traits: Profile['traits'], known: Profile, right: AddressRight): ContactPoints {
    const read = contactPoints(traits, this.#deps.shop.country);
    if (right === 'set') return read;
    return right === 'claim'
      ? { email: known.email, phone: known.phone, problems: [] }
      : { ...read, email: known.email ?? read.email, phone: known.phone ?? read.phone };
  }

  /** Where the person's device is: evidence of the hours in which a text may leave. */
  #noteZone({ event, incoming }: Understood, profileId: ProfileId): void {
    const profile = this.profiles.get(profileId) as ChangedProfile;
    const seen = seenZoneTraits(profile.traits, incoming.context, event.occurredAt);
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
    const { touched, joined } = this.carts.apply(deed);
    this.#followJoins(joined);
    if (commerce.kind === 'order') this.orders.push(...orderChanges(event, commerce, profileId, touched?.cart.id ?? null));
    return touched;
  }

  /** What named a cart that has become part of another names that other one. */
  #followJoins(joined: readonly JoinedCart[]): void {
    for (const { from, into } of joined) {
      this.facts.forEach(({ fact: { about = [], ...fact }, ...one }, index) => {
        if (cartIn(about) === from) this.facts[index] = { ...one, fact: { ...fact, about: aboutInstead(about, aCart(from), aCart(into)) } };
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

/** An event that changes a cart and ends nothing. */
function fillsCart({ commerce }: Understood): boolean {
  return commerce?.kind === 'cart' || commerce?.kind === 'checkout';
}

function orderChanges(
  event: ShopEvent,
  order: Extract<CommerceEvent, { kind: 'order' }>,
  profileId: ProfileId,
  cartId: CartId | null,
): readonly OrderChange[] {
  const orderId = orderIdOf(event, order);
  if (orderId === null) return [];
  const { total, currency } = order;
  const status = order.status === 'updated' ? null : order.status;
  return [{ orderId, profileId, cartId, status, total, currency, at: event.occurredAt }];
}

function newProfile(id: ProfileId, at: Instant): ChangedProfile {
  const nothing = { traits: {}, traitTimes: {}, email: null, phone: null, engagement: noEngagement };
  return { ...nothing, id, createdAt: at, updatedAt: at, lastInstant: at, traitsChanged: false, engagementChanged: false };
}

function note(event: ShopEvent, reason: string): Matched {
  return { eventId: event.messageId, fact: 'event', journeyId: null, entryId: null, result: 'note', reason };
}
