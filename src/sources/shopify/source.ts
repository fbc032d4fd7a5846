import type { Instant } from '../../domain/time/instant.js';
import { isRecord } from '../../domain/values/is-record.js';
import type { EventSaid, Fields, Headers, SignedReading, Source, Unreadable } from '../source.js';
import { sayCart, sayCheckout, sayContact } from './carts.js';
import { sayConsent, sayCustomer, sayMerge, sayTags } from './customers.js';
import { isSigned, readDelivery } from './delivery.js';
import { text } from './fields.js';
import { sayCancellation, sayOrder, sayOwner, sayRefund, sayReturn } from './orders.js';
import { type PartKind, partKinds } from './part.js';
import { readTopic, unreadable } from './read-topic.js';
import { sayShipment } from './shipments.js';
import type { Said } from './who.js';

/** Shopify's webhooks, signed by Shopify. A body becomes one event for each thing in it (`part.ts`). */
export const shopify: Source = {
  id: 'shopify',
  paths: {},
  // An order with some hundred lines.
  largestEvent: 256 * 1024,
  readBody: () => ({ kind: 'unreadable', origin: 'live', reason: 'not-signed', detail: 'Webhooks of Shopify come in by their signature.' }),
  readEvent,
  signed: { by: 'Shopify', path: 'shopify/:account/webhooks', isSigned, readDelivery: readSigned },
};

function readSigned(body: unknown, headers: Headers, at: Instant): SignedReading {
  const delivery = readDelivery(headers);
  if (delivery === null)
    return unreadable('no-topic', 'The webhook does not say its topic and its id (X-Shopify-Topic, X-Shopify-Webhook-Id).');
  if (!isRecord(body)) return unreadable('invalid-json', `The body of \`${delivery.topic}\` is no JSON object.`);
  return readTopic(delivery, body, at);
}

const says: Readonly<Record<PartKind, (body: Fields) => Said>> = {
  cart: sayCart,
  checkout: sayCheckout,
  contact: sayContact,
  order: sayOrder,
  'order-owner': sayOwner,
  cancellation: sayCancellation,
  refund: sayRefund,
  shipment: sayShipment,
  return: sayReturn,
  customer: sayCustomer,
  'customer-merge': sayMerge,
  consent: sayConsent,
  tags: sayTags,
};

function readEvent(raw: Fields): EventSaid | Unreadable {
  const kind = partKinds.find((one) => one === raw['part']);
  if (kind === undefined || !isRecord(raw['body'])) return unreadable('invalid-event', 'The event has no part and body of a webhook.');
  const { at, ...said } = says[kind](raw['body']);
  return { kind: 'said', ...said, messageId: text(raw['messageId']), stamps: [at, raw['triggeredAt']], sentAt: null, context: {} };
}
