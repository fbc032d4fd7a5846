import type { QuizTold } from '../../domain/answers/answer-events.js';
import type { Fields } from '../../domain/answers/field.js';
import type { CommerceEvent } from '../../domain/carts/commerce-events.js';
import type { ConsentTold } from '../../domain/consent/consent-events.js';
import type { Fact } from '../../domain/events/fact.js';
import type { Happening } from '../../domain/events/happening.js';
import type { IncomingEvent } from '../../domain/events/incoming.js';
import type { About } from '../../domain/events/subject.js';
import type { OrderTold } from '../../domain/orders/order-told.js';
import type { Policies } from '../../domain/policy/policies.js';
import type { ServiceTold } from '../../domain/service/service-record.js';
import type { Shop } from '../../domain/shop/shop.js';
import type { Instant } from '../../domain/time/instant.js';

/** What an event means to Sojourn. It may have several meanings, and one without any is kept for its person all the same. */
export type Meaning =
  /** It says something about its person. */
  | { readonly kind: 'traits' }
  /** The person agrees or refuses. */
  | { readonly kind: 'consent'; readonly told: readonly ConsentTold[] }
  /** Carts and what ends them, by the names of the e-commerce spec. */
  | { readonly kind: 'commerce'; readonly event: CommerceEvent }
  /**
   * An order, its shipments, what was sent back. `orderId` null: it names none. `updatedAt`: the shop's own version; null: it says none,
   * and the event's instant counts.
   */
  | { readonly kind: 'order'; readonly orderId: string | null; readonly told: OrderTold; readonly updatedAt: Instant | null }
  /** A ticket, feedback or a review. `updatedAt` as of an order. */
  | { readonly kind: 'service'; readonly told: ServiceTold; readonly updatedAt: Instant | null }
  /** Something happened in a quiz, or a question was answered. */
  | { readonly kind: 'quiz'; readonly told: QuizTold }
  /** An entry of a journey is asked for. */
  | { readonly kind: 'call'; readonly journey: string; readonly about: About; readonly properties: Readonly<Record<string, unknown>> }
  /** A page or a screen was seen. */
  | { readonly kind: 'visit' }
  /** A track call with a name of the shop's own. */
  | { readonly kind: 'own'; readonly name: string };

export type MeaningOf<Kind extends Meaning['kind']> = Extract<Meaning, { kind: Kind }>;

export interface MeaningNeeds {
  readonly policies: { readonly current: () => Policies };
  readonly shop: Pick<Shop, 'hosts'>;
  /** Absent: no field is declared. */
  readonly fields?: { readonly current: () => Fields } | undefined;
}

export type MeaningReading<One extends Meaning> =
  | { readonly kind: 'none' }
  /** `notes`: codes about what was read otherwise than it was said, or left out. */
  | { readonly kind: 'meant'; readonly meaning: One; readonly notes: readonly string[] }
  /** The whole event goes to the dead letters: a code, and a sentence naming the property, never its value. */
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string };

/** All about one kind of meaning but what it does to people, carts and orders, which projections say. */
export interface MeaningKind<One extends Meaning> {
  /** `before`: what the event means already, by the kinds above this one. */
  readonly read: (incoming: IncomingEvent, needs: MeaningNeeds, before: readonly Meaning[]) => MeaningReading<One>;
  /** It ends or refuses something, so it counts for the named person from any sender. */
  readonly refuses: (meaning: One) => boolean;
  /** The facts that journeys hear, once it has been projected. */
  readonly facts: (meaning: One, happening: Happening) => readonly Fact[];
}

export const none = { kind: 'none' } as const;

export function meant<One extends Meaning>(meaning: One, notes: readonly string[] = []): MeaningReading<One> {
  return { kind: 'meant', meaning, notes };
}
