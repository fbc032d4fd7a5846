import type { Instant } from '../../domain/time/instant.js';
import { isRecord } from '../../domain/values/is-record.js';
import type { EventSaid, Fields, Headers, SignedReading, Source, Unreadable } from '../source.js';
import { sayCart, sayCheckout, sayContact } from './carts.js';
import { sayConsent, sayCustomer, sayMerge, sayTags } from './customers.js';
import { isSigned, readDelivery, type ShopifyDelivery } from './delivery.js';
import { digits, idOf, record, text } from './fields.js';
import { sayCancellation, sayOrder, sayOwner, sayRefund, sayReturn } from './orders.js';
import type { Part, PartKind } from './part.js';
import { partKinds } from './part.js';
import { sayShipment } from './shipments.js';
import { topics } from './topics.js';
import { customerUser, orderUser, type Said } from './who.js';

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
  const topic = topics.get(delivery.topic);
  if (topic === undefined) return unreadable('unknown-topic', `Sojourn does not read the topic \`${delivery.topic}\`.`);
  switch (topic.kind) {
    case 'silent':
      return nothing;
    case 'events':
      return { ...nothing, events: topic.parts(body).map((part) => rawOf(part, delivery, body)) };
    case 'product': {
      const told = topic.read(body, delivery.shop, at);
      return told === null ? unreadable('invalid-event', `The body of \`${delivery.topic}\` has no id.`) : { ...nothing, products: [told] };
    }
    case 'erase':
      return { ...nothing, erase: [whoIn(body)] };
    case 'for-people':
      return { kind: 'unreadable', reason: topic.reason, detail: topic.sentence, keeps: customerOnly(body) };
  }
}

const nothing = { kind: 'delivery', events: [], products: [], erase: [] } as const;

function unreadable(reason: string, detail: string): Unreadable {
  return { kind: 'unreadable', reason, detail };
}

/** What is kept, and read by `readEvent`. A test order is stored and starts nothing. */
function rawOf(
  part: Part,
  { webhookId, triggeredAt }: ShopifyDelivery,
  body: Fields,
): { readonly raw: Fields; readonly origin: 'live' | 'import' } {
  const messageId = part.key === null ? `shopify/${webhookId}/${part.kind}` : `shopify/${part.kind}/${part.key}`;
  return {
    raw: { part: part.kind, messageId, triggeredAt, body: part.body },
    origin: body['test'] === true ? 'import' : 'live',
  };
}

/** Whom a request of Shopify's names: by the customer's id, their orders, and the address. */
function whoIn(body: Fields) {
  const customer = record(body['customer']);
  const id = idOf(customer);
  const orders = Array.isArray(body['orders_to_redact'])
    ? (body['orders_to_redact'] as readonly unknown[]).flatMap((one) => digits(one) ?? [])
    : [];
  return { userIds: [...(id === null ? [] : [customerUser(id)]), ...orders.map(orderUser)], email: text(customer['email']) };
}

/** The customer's number is enough to find them by. */
function customerOnly(body: Fields): Fields {
  const id = idOf(record(body['customer']));
  return id === null ? {} : { userId: customerUser(id) };
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
