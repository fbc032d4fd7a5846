import type { Instant } from '../time/instant.js';
import type { CartId, ProfileId } from '../values/ids.js';

/** What journeys, traces and waits speak of; derived once, at ingest. A custom track event `Foo Bar` is the fact `event:Foo Bar`. */
export const factNames = [
  'profile.updated',
  'consent.granted',
  'consent.revoked',
  'product.viewed',
  'page.viewed',
  'cart.updated',
  'cart.emptied',
  'checkout.started',
  'checkout.updated',
  'order.created',
  'order.paid',
  'order.cancelled',
  'order.refunded',
  'message.sent',
  'message.delivered',
  'message.bounced',
  'message.failed',
  'message.opened',
  'message.clicked',
  'message.replied',
  'message.complained',
  'message.unsubscribed',
] as const;
export type KnownFactName = (typeof factNames)[number];
export type FactName = KnownFactName | `event:${string}`;

export interface Fact {
  readonly name: FactName;
  readonly profileId: ProfileId;
  /** Our own cart entity, where the fact speaks of one. */
  readonly cartId?: CartId;
  readonly at: Instant;
  /** The client's messageId of the event that it was derived from. */
  readonly eventId: string;
  readonly properties: Readonly<Record<string, unknown>>;
}
