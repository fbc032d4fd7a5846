import type { KeptCart } from '../domain/carts/cart-book.js';
import type { CommerceEvent } from '../domain/carts/commerce-events.js';
import { noEngagement } from '../domain/engagement/state.js';
import { mayTrigger, type ShopEvent } from '../domain/events/event.js';
import type { Fact } from '../domain/events/fact.js';
import type { TouchedOrder, TouchedRecord } from '../domain/events/happening.js';
import { aboutInstead, aCart, cartIn } from '../domain/events/subject.js';
import type { KeptOrder } from '../domain/orders/kept-order.js';
import type { IdentityPlan, Meeting } from '../domain/people/identity.js';
import type { Profile } from '../domain/people/profile.js';
import type { ServiceRecord } from '../domain/service/service-record.js';
import type { Instant } from '../domain/time/instant.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';
import type { MatchableFact, Matched } from '../matching/matched.js';
import { type JoinedCart, ProjectedCarts } from './carts.js';
import { KeyActs } from './key-acts.js';
import { commerceOf, factsOf, orderOf, serviceOf } from './meanings/index.js';
import { ProjectedOrders } from './orders.js';
import { projections } from './projections/index.js';
import type { Understood } from './read-event.js';
import type { AnswerAct, ChangedProfile, ConsentAct, NewClaim } from './rows.js';
import type { Outcome, ProjectionNeeds, Scene } from './scene.js';
import { ProjectedRecords } from './service-records.js';

/** Whom the events are about, with what is stored of them. */
export interface SettledPeople {
  readonly plan: IdentityPlan;
  readonly profiles: ReadonlyMap<ProfileId, Profile>;
  readonly carts: readonly KeptCart[];
  /** Those that the events name. */
  readonly orders: readonly KeptOrder[];
  readonly records: readonly ServiceRecord[];
  /** Keys of addresses at which all marketing is refused. */
  readonly unsubscribed: ReadonlySet<string>;
  /** Has a browser key used up what it may start in this hour? Absent: nobody counts. */
  readonly isSpent?: ((keyId: string) => boolean) | undefined;
}

/**
 * What the events of one transaction make of profiles, carts, orders and consents, and the facts that they tell: gathers what `projections`
 * answer.
 */
export class Projection {
  readonly facts: MatchableFact[] = [];
  readonly notes: Matched[] = [];
  readonly consents: ConsentAct[] = [];
  readonly claims: NewClaim[] = [];
  readonly answers: AnswerAct[] = [];
  readonly profiles = new Map<ProfileId, ChangedProfile>();
  readonly carts: ProjectedCarts;
  readonly orders: ProjectedOrders;
  readonly records: ProjectedRecords;
  readonly acts: KeyActs;
  readonly #needs: ProjectionNeeds;
  readonly #plan: IdentityPlan;
  readonly #unsubscribed: ReadonlySet<string>;
  readonly #isSpent: SettledPeople['isSpent'];

  constructor(needs: ProjectionNeeds, { plan, profiles, carts, orders, records, unsubscribed, isSpent }: SettledPeople) {
    this.#needs = needs;
    this.#plan = plan;
    this.#unsubscribed = unsubscribed;
    this.#isSpent = isSpent;
    this.acts = new KeyActs(plan);
    this.carts = new ProjectedCarts(carts, () => needs.newId() as CartId);
    this.orders = new ProjectedOrders(orders);
    this.records = new ProjectedRecords(records);
    for (const profile of profiles.values()) this.profiles.set(profile.id, { ...profile, traitsChanged: false, engagementChanged: false });
    for (const { into } of plan.merges) this.#followJoins(this.carts.joinCartsOf(into));
  }

  take(reading: Understood, meeting: Meeting): void {
    const { event, incoming } = reading;
    const { profileId } = meeting;
    const { changedTraits, consents } = this.#takePerson(reading, meeting);
    const commerce = commerceOf(reading);
    const isVouched = !(meeting.isStranger && fillsCart(commerce));
    if (!isVouched) this.notes.push(note(event, 'cart-not-vouched'));
    const cart = isVouched ? this.#applyCommerce(reading, commerce, profileId) : null;
    const order = this.#applyOrder(reading, profileId, cart?.cart.id ?? null);
    const record = this.#applyService(reading, meeting);
    const happening = { event, profileId, cart, order, record, changedTraits, consents };
    this.#tell(reading, meeting, isVouched ? reading.meanings.flatMap((meaning) => factsOf(meaning, happening)) : []);
    this.acts.keepIds(reading);
    this.notes.push(...incoming.notes.map((reason) => note(event, reason)));
  }

  /** All that the event makes of its person, each projection upon the one before. */
  #takePerson(reading: Understood, meeting: Meeting): Required<Pick<Outcome, 'changedTraits' | 'consents'>> {
    const { occurredAt } = reading.event;
    const known = this.profiles.get(meeting.profileId) ?? newProfile(meeting.profileId, occurredAt);
    let person: ChangedProfile = { ...known, lastInstant: Math.max(known.lastInstant, occurredAt) };
    let changedTraits: readonly string[] = [];
    const consents: ConsentAct[] = [];
    for (const project of projections) {
      const scene: Scene = { reading, meeting, person, plan: this.#plan, unsubscribed: this.#unsubscribed, needs: this.#needs };
      const outcome = project(scene);
      person = outcome.person ?? person;
      changedTraits = outcome.changedTraits ?? changedTraits;
      consents.push(...(outcome.consents ?? []));
      this.#gather(reading, meeting.profileId, outcome);
    }
    this.profiles.set(person.id, person);
    return { changedTraits, consents };
  }

  #gather({ event, incoming: { speaker } }: Understood, profileId: ProfileId, { notes, consents, claims, answers, acts }: Outcome): void {
    const { messageId: eventId, occurredAt: at, receivedAt } = event;
    if (notes !== undefined) this.notes.push(...notes.map((reason) => note(event, reason)));
    if (consents !== undefined) this.consents.push(...consents);
    if (answers !== undefined) this.answers.push(...answers);
    if (claims !== undefined)
      this.claims.push(...claims.map((claim) => ({ ...claim, profileId, eventId, keyId: speaker.keyId, at, receivedAt })));
    for (const { kind, kept } of acts ?? []) this.acts.keep({ event, speaker, profileId }, kind, kept);
  }

  #tell(reading: Understood, { visitor, profileId }: Meeting, facts: readonly Fact[]): void {
    const { event, incoming } = reading;
    const { speaker } = incoming;
    const isSpent = facts.length > 0 && speaker.kind === 'browser' && speaker.keyId !== null && this.#isSpent?.(speaker.keyId) === true;
    if (isSpent) this.notes.push(note(event, 'key-budget'));
    this.facts.push(...facts.map((fact) => ({ fact, trigger: mayTrigger(event) && !isSpent, namesCart: namesCart(reading) })));
    // What ends an order ends what waits for the person who tells it, too, though the order may be another's.
    for (const { about: _another, ...fact } of facts)
      if (fact.profileId !== profileId && endsOrder(fact.name)) this.facts.push({ fact: { ...fact, profileId }, trigger: false });
    // An order ends what waits for the browser that it came from, too: a reminder after the purchase is the worse mistake.
    if (commerceOf(reading)?.kind === 'order' && visitor !== null && visitor !== profileId)
      this.facts.push(...facts.map((fact) => ({ fact: { ...fact, profileId: visitor }, trigger: false })));
  }

  #applyCommerce({ event, incoming }: Understood, commerce: CommerceEvent | null, profileId: ProfileId) {
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
    return touched;
  }

  #applyOrder(reading: Understood, profileId: ProfileId, cartId: CartId | null): TouchedOrder | null {
    const { event, incoming } = reading;
    const { orderId = null, told, updatedAt = null } = orderOf(reading) ?? {};
    if (orderId === null || told === undefined) return null;
    const isToldByShop = incoming.speaker.kind === 'server';
    const deed = { orderId, profileId, cartId, told, isToldByShop, happenedAt: event.occurredAt, eventId: event.messageId };
    return this.orders.apply({ ...deed, at: updatedAt ?? event.occurredAt });
  }

  /** Somebody who is not vouched for opens no ticket of another, and says nothing for them. */
  #applyService(reading: Understood, { profileId, isStranger }: Meeting): TouchedRecord | null {
    const { event } = reading;
    const { told, updatedAt = null } = serviceOf(reading) ?? {};
    if (told === undefined) return null;
    if (isStranger) this.notes.push(note(event, 'service-not-vouched'));
    if (isStranger) return null;
    const isToldByShop = reading.incoming.speaker.kind === 'server';
    const deed = { told, profileId, isToldByShop, happenedAt: event.occurredAt, eventId: event.messageId };
    return this.records.apply({ ...deed, at: updatedAt ?? event.occurredAt });
  }

  /** What named a cart that has become part of another names that other one. */
  #followJoins(joined: readonly JoinedCart[]): void {
    for (const { from, into } of joined) {
      this.facts.forEach(({ fact: { about = [], ...fact }, ...one }, index) => {
        if (cartIn(about) === from) this.facts[index] = { ...one, fact: { ...fact, about: aboutInstead(about, aCart(from), aCart(into)) } };
      });
      this.orders.followCart(from, into);
    }
  }
}

/** An import of old orders must not empty journeys; what a live client says of a cart by its name is about that cart. */
function namesCart(reading: Understood): boolean {
  const commerce = commerceOf(reading);
  return reading.event.origin === 'live' && commerce?.kind === 'order' && commerce.status === 'paid' && commerce.tokens.token !== null;
}

function endsOrder(name: Fact['name']): boolean {
  return name === 'order.cancelled' || name === 'order.refunded';
}

/** An event that changes a cart and ends nothing. */
function fillsCart(commerce: CommerceEvent | null): boolean {
  return commerce?.kind === 'cart' || commerce?.kind === 'checkout';
}

function newProfile(id: ProfileId, at: Instant): ChangedProfile {
  const nothing = { traits: {}, traitTimes: {}, email: null, phone: null, engagement: noEngagement };
  return { ...nothing, id, createdAt: at, updatedAt: at, lastInstant: at, traitsChanged: false, engagementChanged: false };
}

function note(event: ShopEvent, reason: string): Matched {
  return { eventId: event.messageId, fact: 'event', journeyId: null, entryId: null, result: 'note', reason };
}
