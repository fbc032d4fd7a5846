import type { Instant } from '../time/instant.js';
import type { ProfileId } from '../values/ids.js';
import type { About } from './subject.js';

/** What journeys, traces and waits speak of; derived once, at ingest. A custom track event `Foo Bar` is the fact `event:Foo Bar`. */
export const factNames = [
  'profile.updated',
  'consent.granted',
  'consent.revoked',
  'product.viewed',
  'product.restocked',
  'product.price_dropped',
  'page.viewed',
  'cart.updated',
  'cart.emptied',
  'checkout.started',
  'checkout.updated',
  'order.created',
  'order.paid',
  'order.updated',
  'order.cancelled',
  'order.refunded',
  'shipment.created',
  'shipment.exception',
  'shipment.delivered',
  'return.opened',
  'return.closed',
  'ticket.opened',
  'ticket.closed',
  'task.closed',
  'hold.released',
  'feedback.submitted',
  'product.reviewed',
  'message.delivered',
  'message.bounced',
  'message.failed',
  'message.opened',
  'message.clicked',
  'message.replied',
  'message.complained',
  'segment.entered',
  'segment.left',
  'quiz.started',
  'answer.given',
  'quiz.completed',
] as const;
export type KnownFactName = (typeof factNames)[number];
export type FactName = KnownFactName | typeof calledFact | `event:${string}`;

/** An entry of a journey is asked for. No journey names it: it begins the one that it is about. */
export const calledFact = 'journey.called';

/** The fact of a list of products that was looked at: Segment has a name for it, and it is the shop's own event to everything else. */
export const listViewed = 'event:Product List Viewed';

export interface Fact {
  readonly name: FactName;
  readonly profileId: ProfileId;
  /** Beside the person. Absent: nothing. */
  readonly about?: About;
  readonly at: Instant;
  /** The client's messageId of the event that it was derived from. */
  readonly eventId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** How many journeys have begun one another up to it (`ToldByStep`). Absent: none, it comes from outside. */
  readonly depth?: number;
}
