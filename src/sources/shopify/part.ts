import type { Fields } from '../source.js';

/**
 * One thing that a webhook tells: kept as an event, and read again by its kind. The body has only what is read of it, because Shopify's
 * own has keys in it (`order_status_url`), addresses of computers and of people.
 */
export interface Part {
  readonly kind: PartKind;
  readonly body: Fields;
  /** Makes it one event: the same key from another webhook is the same event. Null: each delivery counts. */
  readonly key: string | null;
}

export const partKinds = [
  'cart',
  'checkout',
  'contact',
  'order',
  'order-owner',
  'cancellation',
  'refund',
  'shipment',
  'return',
  'customer',
  'customer-merge',
  'consent',
  'tags',
] as const;
export type PartKind = (typeof partKinds)[number];
