import type { ToldProduct } from '../../domain/catalogue/product.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Fields } from '../source.js';
import { partsOfCart, partsOfCheckout, partsOfDeletedCheckout } from './carts.js';
import { partsOfConsent, partsOfCustomer, partsOfMerge, partsOfTags } from './customers.js';
import { partsOfOrder, partsOfRefund, partsOfReturn } from './orders.js';
import type { Part } from './part.js';
import { readDeletedProduct, readProduct } from './products.js';
import { keptShipment, partsOfShipmentEvent } from './shipments.js';

/** What a topic's body is about. */
export type Topic =
  /** It tells nothing that is not told elsewhere and better. */
  | { readonly kind: 'silent' }
  /** Parts, each an event of a person. */
  | { readonly kind: 'events'; readonly parts: (body: Fields) => readonly Part[] }
  | { readonly kind: 'product'; readonly read: (body: Fields, shop: string | null, at: Instant) => ToldProduct | null }
  | { readonly kind: 'erase' }
  /** A person of the shop has to do something; the sentence says what. */
  | { readonly kind: 'for-people'; readonly reason: string; readonly sentence: string };

const events = (parts: (body: Fields) => readonly Part[]): Topic => ({ kind: 'events', parts });
const silent: Topic = { kind: 'silent' };
const product = (read: typeof readProduct): Topic => ({ kind: 'product', read });

/** By the names of Shopify's topics (API version 2026-07). */
export const topics: ReadonlyMap<string, Topic> = new Map<string, Topic>([
  ['carts/create', events(partsOfCart)],
  ['carts/update', events(partsOfCart)],
  ['checkouts/create', events(partsOfCheckout)],
  ['checkouts/update', events(partsOfCheckout)],
  ['checkouts/delete', events(partsOfDeletedCheckout)],
  ['orders/create', events(partsOfOrder)],
  ['orders/paid', events(partsOfOrder)],
  ['orders/updated', events(partsOfOrder)],
  ['orders/fulfilled', events(partsOfOrder)],
  ['orders/partially_fulfilled', events(partsOfOrder)],
  ['orders/cancelled', events(partsOfOrder)],
  ['orders/edited', silent],
  ['orders/delete', silent],
  ['fulfillments/create', events(keptShipment)],
  ['fulfillments/update', events(keptShipment)],
  ['fulfillment_events/create', events(partsOfShipmentEvent)],
  ['fulfillment_events/delete', silent],
  ['refunds/create', events(partsOfRefund)],
  ['returns/request', events(partsOfReturn('opened'))],
  ['returns/approve', events(partsOfReturn('opened'))],
  ['returns/reopen', events(partsOfReturn('opened'))],
  ['returns/decline', events(partsOfReturn('closed'))],
  ['returns/cancel', events(partsOfReturn('closed'))],
  ['returns/close', events(partsOfReturn('closed'))],
  ['returns/update', silent],
  ['returns/process', silent],
  ['customers/create', events(partsOfCustomer)],
  ['customers/update', events(partsOfCustomer)],
  ['customers/delete', silent],
  ['customers/merge', events(partsOfMerge)],
  ['customer.tags_added', events(partsOfTags('added'))],
  ['customer.tags_removed', events(partsOfTags('removed'))],
  ['customers_email_marketing_consent/update', events(partsOfConsent('email', 'email_marketing_consent'))],
  ['customers_marketing_consent/update', events(partsOfConsent('sms', 'sms_marketing_consent'))],
  ['products/create', product(readProduct)],
  ['products/update', product(readProduct)],
  ['products/delete', product(readDeletedProduct)],
  ['inventory_levels/update', silent],
  ['discounts/create', silent],
  ['discounts/update', silent],
  ['discounts/delete', silent],
  ['discounts/redeemcode_added', silent],
  ['discounts/redeemcode_removed', silent],
  ['app/scopes_update', silent],
  [
    'app/uninstalled',
    {
      kind: 'for-people',
      reason: 'app-uninstalled',
      sentence:
        'The app was uninstalled: no more webhooks come from this shop. Install it again, or end the journeys that wait for its events.',
    },
  ],
  ['customers/redact', { kind: 'erase' }],
  [
    'customers/data_request',
    {
      kind: 'for-people',
      reason: 'data-request',
      sentence: 'A customer asked for their data: `sojourn profile export` writes it. Answer within 30 days, then resolve this letter.',
    },
  ],
  [
    'shop/redact',
    {
      kind: 'for-people',
      reason: 'shop-redact',
      sentence:
        'The shop left Shopify 48 hours ago and asks for all its data to be erased: erase its people, or the whole store, then resolve this letter.',
    },
  ],
]);
