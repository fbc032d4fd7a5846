import type { Cart } from '../domain/cart.js';
import { applyToCarts, type CartChange, type CartDeed, type KeptCart } from '../domain/cart-book.js';
import type { Channel } from '../domain/channel.js';
import { readCommerceEvent } from '../domain/commerce-events.js';
import { consentsTrait, readConsentEvent, readConsentTraits } from '../domain/consent-events.js';
import { refuseConsent, widenRefusal } from '../domain/consent-refusal.js';
import type { ConsentRecord } from '../domain/consent.js';
import { admitConsent } from '../domain/double-opt-in.js';
import type { TopicPolicy } from '../domain/policy/topic-policy.js';
import { deriveFacts } from '../domain/derive-facts.js';
import { mayTrigger, type ShopEvent } from '../domain/event.js';
import type { Fact, FactName } from '../domain/fact.js';
import type { CartId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { mergeTraits } from '../domain/profile.js';
import type { Persona } from './persona.js';

/** A person of the simulation. */
interface WorldProfile {
  readonly id: ProfileId;
  readonly identified: boolean;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly traitTimes: Readonly<Record<string, Instant>>;
  readonly consents: readonly ConsentRecord[];
  readonly suppressed: Readonly<Partial<Record<Channel, string>>>;
  readonly unreachable: Readonly<Partial<Record<Channel, string>>>;
}

/** What an event did. */
export interface Heard {
  readonly facts: readonly Fact[];
  readonly joined: CartChange['joined'];
  /** False for what came more than 6 hours late: it starts nothing. */
  readonly trigger: boolean;
  /** A clause for the story; null where there is nothing to add to the event's name. */
  readonly note: string | null;
}

export const personaId = 'persona' as ProfileId;

/** Profiles, carts and facts, folded from events by the same rules as at ingest, without a store. */
export class World {
  readonly #profiles = new Map<ProfileId, WorldProfile>();
  readonly #messageIds = new Set<string>();
  readonly #facts: Fact[] = [];
  #carts: readonly KeptCart[] = [];
  #newCarts = 0;
  readonly #topics: TopicPolicy;

  constructor(persona: Persona, topics: TopicPolicy) {
    this.#topics = topics;
    const { identified, traits, consents, suppressed, unreachable } = persona;
    this.#profiles.set(personaId, { id: personaId, identified, traits, traitTimes: {}, consents, suppressed, unreachable });
    persona.ordersBefore.forEach((at, index) => {
      this.#facts.push({ name: 'order.paid', profileId: personaId, at, eventId: `order-before-${index}`, properties: {} });
    });
  }

  profile(id: ProfileId): WorldProfile {
    const known = this.#profiles.get(id);
    if (known !== undefined) return known;
    const somebody = { id, identified: true, traits: {}, traitTimes: {}, consents: [], suppressed: {}, unreachable: {} };
    this.#profiles.set(id, somebody);
    return somebody;
  }

  cart(id: CartId | null): Cart | null {
    return this.#carts.find((cart) => cart.id === id) ?? null;
  }

  /** Instants of the person's facts, newest first. */
  instantsOf(id: ProfileId): Readonly<Partial<Record<FactName, readonly Instant[]>>> {
    const instants: Partial<Record<FactName, Instant[]>> = {};
    for (const { name, profileId, at } of this.#facts) if (profileId === id) (instants[name] ??= []).push(at);
    for (const list of Object.values(instants)) list?.sort((a, b) => b - a);
    return instants;
  }

  suppress(id: ProfileId, channel: Channel, reason: string): void {
    const profile = this.profile(id);
    this.#profiles.set(id, { ...profile, suppressed: { ...profile.suppressed, [channel]: reason } });
  }

  /** A fact that no event of a client told: a receipt. */
  note(fact: Fact): void {
    this.#facts.push(fact);
  }

  hear(event: ShopEvent, id: ProfileId): Heard {
    if (this.#messageIds.has(event.messageId)) return { facts: [], joined: [], trigger: false, note: 'came twice and counts once' };
    this.#messageIds.add(event.messageId);
    const changedTraits = event.type === 'identify' ? this.#identify(event, id) : [];
    const consents = this.#consent(event, id);
    const reading = event.type === 'track' ? readCommerceEvent(event.name ?? '', event.properties) : null;
    const commerce = reading?.kind === 'commerce' ? reading.event : null;
    const change =
      commerce === null || commerce.kind === 'product-viewed' ? null : this.#changeCart({ ...deedOf(event, id), event: commerce });
    const lost = reading?.kind === 'commerce' && reading.lost.length > 0 ? `could not be read: ${reading.lost.join(', ')}` : '';
    const facts = deriveFacts({ event, profileId: id, commerce, cart: change?.touched ?? null, changedTraits, consents });
    this.#facts.push(...facts);
    return {
      facts,
      joined: change?.joined ?? [],
      trigger: mayTrigger(event),
      note: lost === '' ? cartNote(change) : [cartNote(change), lost].filter((one) => one !== null).join('; '),
    };
  }

  #identify(event: ShopEvent, id: ProfileId): readonly string[] {
    const profile = this.profile(id);
    const { [consentsTrait]: _acts, ...said } = event.traits;
    const { traits, traitTimes, changed } = mergeTraits(profile, said, event.occurredAt);
    this.#profiles.set(id, { ...profile, traits, traitTimes, identified: true });
    return changed;
  }

  #consent(event: ShopEvent, id: ProfileId): readonly ConsentRecord[] {
    const reading = event.type === 'track' ? readConsentEvent(event.name ?? '', event.properties) : readConsentTraits(event.traits);
    if (reading.kind !== 'consent') return [];
    const told = reading.told
      .flatMap(({ said, at }) => widenRefusal(said, this.#topics).map((one) => ({ said: one, at })))
      .filter(({ said }) => refuseConsent(said, this.#topics) === null);
    const acts = told.map(({ said, at }) => ({ ...admitConsent(said, this.#topics, event.origin), at: at ?? event.occurredAt }));
    const profile = this.profile(id);
    this.#profiles.set(id, { ...profile, consents: [...profile.consents, ...acts] });
    return acts;
  }

  #changeCart(deed: Omit<CartDeed, 'isKnown'>): CartChange {
    const change = applyToCarts(this.#carts, { ...deed, isKnown: (id) => this.profile(id).identified }, () => {
      this.#newCarts += 1;
      return `cart-${this.#newCarts}` as CartId;
    });
    this.#carts = change.carts;
    return change;
  }
}

function deedOf(event: ShopEvent, profileId: ProfileId): Pick<CartDeed, 'profileId' | 'at' | 'eventId'> {
  return { profileId, at: event.occurredAt, eventId: event.messageId };
}

function cartNote(change: CartChange | null): string | null {
  if (change === null) return null;
  if (change.touched === null) return 'concerns no open cart';
  const { cart } = change.touched;
  if (cart.state === 'ordered') return 'the cart is ordered';
  if (cart.lines.length === 0) return 'the cart is empty';
  const lines = cart.lines.map(({ quantity, name }) => `${quantity} × ${name}`).join(', ');
  return `the cart holds ${lines}: ${cart.value.toFixed(2)}${cart.currency === null ? '' : ` ${cart.currency}`}`;
}
